import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestJson } from '../kit/http-json';
import { createLocalReplica, type LocalReplica } from './testing/local-replica';

let replica: LocalReplica;
beforeAll(async () => {
  replica = await createLocalReplica('127.0.24.174', 'n0');
  await replica.serve();
});
afterAll(() => replica?.remove());

const ask = async (path: string) => {
  const { status, json } = await requestJson({ method: 'GET', url: `http://${replica.address}:8080${path}` });
  return { status, json };
};
const etcd = async (signal: NodeJS.Signals) => {
  process.kill(JSON.parse(await readFile(`${replica.dataDir}/etcd.pid`, 'utf8')).pid, signal);
};

describe('the health of a replica', () => {
  it('is asked of etcd each time: it serves, leads and has quorum', async () => {
    expect((await ask('/healthz')).status).toBe(200);
    expect((await ask('/readyz')).status).toBe(200);
    expect((await ask('/v1/health/leader')).status).toBe(200);
    expect((await ask('/v1/health/quorum')).status).toBe(200);
  });

  it('is live and not ready while its etcd hangs, and says so in bounded time', async () => {
    await etcd('SIGSTOP');
    try {
      const startedAt = performance.now();
      const ready = await ask('/readyz');
      expect(ready).toMatchObject({ status: 503, json: { reason: expect.stringContaining('etcd') } });
      expect(performance.now() - startedAt).toBeLessThan(4_000);
      expect((await ask('/healthz')).status).toBe(200);
      expect((await ask('/v1/health/leader')).status).not.toBe(200);
    } finally {
      await etcd('SIGCONT');
    }
    await expect.poll(async () => (await ask('/readyz')).status, { timeout: 10_000 }).toBe(200);
  });

  it('comes back by itself when etcd was killed', async () => {
    await etcd('SIGKILL');
    await expect.poll(async () => (await ask('/readyz')).status, { timeout: 5_000, interval: 10 }).toBe(503);
    await expect.poll(async () => (await ask('/readyz')).status, { timeout: 20_000 }).toBe(200);
  });
});
