import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EtcdClient } from './api';
import { createEtcdClient } from './client';
import { bytes } from './testing/bytes';
import { freeze, thaw } from './testing/freeze';
import { startTestEtcd, type TestEtcd } from './testing/start-test-etcd';

let etcd: TestEtcd;
let client: EtcdClient;
beforeAll(async () => {
  etcd = await startTestEtcd({ address: '127.0.21.3' });
  client = etcd.client;
}, 30_000);
afterAll(() => etcd?.stop());

const write = (key: string) => client.txn({ compares: [], then: [{ kind: 'put', key, value: bytes(key) }] });

describe('a call', () => {
  it('fails in its own time when etcd is frozen', async () => {
    await freeze(etcd.pid());
    try {
      const startedAt = performance.now();
      await expect(write('frozen')).rejects.toMatchObject({ code: 'TIMEOUT' });
      await expect(client.get('frozen', { timeoutMs: 300 })).rejects.toMatchObject({ code: 'TIMEOUT', data: { etcd: 'deadline', outcome: 'unknown' } });
      expect(performance.now() - startedAt).toBeLessThan(7_000);
    } finally {
      thaw(etcd.pid());
    }
    await expect
      .poll(
        () =>
          write('thawed').then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
  }, 20_000);

  it('ends at once when its signal aborts, with what the signal says', async () => {
    await freeze(etcd.pid());
    try {
      const abort = new AbortController();
      const call = client.get('x', { signal: abort.signal });
      abort.abort();
      await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
      await expect(client.get('x', { signal: abort.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
      await expect(client.get('x', { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({ code: 'TIMEOUT' });
    } finally {
      thaw(etcd.pid());
    }
  });

  it('that writes fails at once while etcd is down, and says that nothing was written', async () => {
    etcd.kill();
    await expect.poll(() => write('down').catch((error) => error.data.outcome)).toBe('not-applied');
    const startedAt = performance.now();
    await expect(write('down')).rejects.toMatchObject({ code: 'ETCD_UNAVAILABLE', data: { etcd: 'not-connected' } });
    expect(performance.now() - startedAt).toBeLessThan(500);
    await etcd.restart();
  });

  it('that reads outlasts a restart of etcd', async () => {
    await write('kept');
    const restarting = etcd.restart();
    await expect
      .poll(
        () =>
          client.status().then(
            () => 'up',
            () => 'down',
          ),
        { interval: 5 },
      )
      .toBe('down');
    expect((await client.get('kept'))?.key).toBe('kept');
    await restarting;
  });

  it('reaches an etcd again soon after it is back, however often it was refused before', async () => {
    etcd.kill();
    await expect
      .poll(() =>
        client.status().then(
          () => 'up',
          () => 'down',
        ),
      )
      .toBe('down');
    // The pauses between attempts to connect grow for about a second.
    const refusedUntil = performance.now() + 1_500;
    await expect
      .poll(
        () =>
          client.status().then(
            () => 0,
            () => performance.now(),
          ),
        { timeout: 5_000 },
      )
      .toBeGreaterThan(refusedUntil);
    const bystander = etcd.connect();
    await etcd.restart();
    await bystander.status();
    const readyAt = performance.now();
    await expect
      .poll(
        () =>
          write('again').then(
            () => true,
            () => false,
          ),
        { interval: 10 },
      )
      .toBe(true);
    // 200 ms by configuration; the library's own settings would take seconds.
    expect(performance.now() - readyAt).toBeLessThan(1_000);
    bystander.close();
  }, 20_000);
});

describe('the connection', () => {
  it('is refused without a certificate of the right CA', async () => {
    const other = await startTestEtcd({ address: '127.0.21.4' });
    const stranger = other.connect(etcd.flags.clientUrl);
    try {
      await expect(stranger.status({ timeoutMs: 2_000 })).rejects.toMatchObject({ code: 'ETCD_UNAVAILABLE' });
    } finally {
      stranger.close();
      await other.stop();
    }
  }, 20_000);

  it('is refused when the member carries another name', async () => {
    const read = (file: string) => readFileSync(file, 'utf8');
    const { caFile, certFile, keyFile } = etcd.flags.client;
    const misled = createEtcdClient({
      url: etcd.flags.clientUrl,
      caPem: read(caFile),
      certPem: read(certFile),
      keyPem: read(keyFile),
      serverName: 'elsewhere.example',
    });
    await expect(misled.status({ timeoutMs: 2_000 })).rejects.toMatchObject({ code: 'ETCD_UNAVAILABLE' });
    misled.close();
  });

  it('once closed ends its calls and watches, and takes no more', async () => {
    const closing = etcd.connect();
    await closing.status();
    const watch = closing.watch({ prefix: 'closed/', signal: new AbortController().signal })[Symbol.asyncIterator]().next();
    await freeze(etcd.pid());
    const call = closing.get('x');
    closing.close();
    thaw(etcd.pid());
    await expect(call).rejects.toMatchObject({ code: 'ETCD_UNAVAILABLE', data: { etcd: 'closed' } });
    await expect(watch).rejects.toMatchObject({ code: 'ETCD_UNAVAILABLE', data: { etcd: 'closed' } });
    await expect(closing.status()).rejects.toMatchObject({ code: 'ETCD_UNAVAILABLE', data: { etcd: 'closed' } });
  });
});
