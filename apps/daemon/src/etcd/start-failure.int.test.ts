import { once } from 'node:events';
import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EtcdFlags } from './api';
import { waitReady } from './ready';
import { freePorts } from './testing/free-port';
import type { TestCerts } from './testing/test-certs';
import { createTestMember, type TestMember, testCerts } from './testing/test-member';

let directory: string;
let certs: TestCerts;
const made: TestMember[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quorate-etcd-'));
  certs = testCerts(directory, ['127.0.21.41']);
});
afterAll(async () => {
  for (const member of made) {
    member.client.close();
    await member.kill();
  }
  await rm(directory, { recursive: true, force: true });
});

const memberNamed = async (name: string, flags: (own: EtcdFlags) => Partial<EtcdFlags> = () => ({})) => {
  const member = await createTestMember({ directory, name, address: '127.0.21.41', certs, flags });
  made.push(member);
  return member;
};
const readiness = async (member: TestMember, options: { timeoutMs?: number; signal?: AbortSignal } = {}) => {
  const { timeoutMs = 20_000, signal = new AbortController().signal } = options;
  return waitReady({ process: await member.spawn(), client: member.client, signal, timeoutMs });
};

describe('an etcd that cannot start says why, at once,', () => {
  it('when another process has its address', async () => {
    const member = await memberNamed('taken');
    const { hostname, port } = new URL(member.flags.listenPeerUrl);
    const other = createServer().listen(Number(port), hostname);
    await once(other, 'listening');
    const error = await readiness(member).catch((thrown: unknown) => thrown);
    other.close();
    expect(error).toMatchObject({ code: 'ETCD_START_FAILED', data: { reason: 'address-in-use', permanent: false } });
    expect(error).toHaveProperty('data.lastLines');
    expect(JSON.stringify(error)).toContain(`bind: address already in use`);
  });

  it('when the address is not one of this host', async () => {
    const member = await memberNamed('elsewhere', () => ({ listenPeerUrl: 'https://192.0.2.1:2380' }));
    await expect(readiness(member)).rejects.toMatchObject({ code: 'ETCD_START_FAILED', data: { reason: 'address-not-here' } });
  });

  it('when its data directory is a file', async () => {
    const member = await memberNamed('file');
    await writeFile(member.flags.dataDir, '');
    await expect(readiness(member)).rejects.toMatchObject({
      code: 'ETCD_START_FAILED',
      message: `the data directory ${member.flags.dataDir} cannot be prepared`,
    });
  });

  it('when its log is damaged', async () => {
    const member = await memberNamed('damaged');
    await member.start();
    await member.client.txn({ compares: [], then: [{ kind: 'put', key: 'a', value: new Uint8Array(1_000) }] });
    await member.kill();
    const wal = join(member.flags.dataDir, 'member/wal');
    const [segment] = (await readdir(wal)).filter((name) => name.endsWith('.wal'));
    const file = await open(join(wal, segment ?? ''), 'r+');
    await file.write(Buffer.alloc(64, 0x5a), 0, 64, 200);
    await file.close();
    await expect(readiness(member)).rejects.toMatchObject({ code: 'DATA_DIR_DAMAGED', data: { reason: 'data-damaged', permanent: true } });
  });

  it('when its database is damaged', async () => {
    const member = await memberNamed('garbage');
    await member.start();
    await member.halt();
    await writeFile(join(member.flags.dataDir, 'member/snap/db'), Buffer.alloc(32_768, 0x5a));
    await expect(readiness(member)).rejects.toMatchObject({ code: 'DATA_DIR_DAMAGED' });
  });

  it('when a certificate is missing', async () => {
    const member = await memberNamed('bare', (own) => ({ peer: { ...own.peer, certFile: join(directory, 'none.crt') } }));
    await expect(readiness(member)).rejects.toMatchObject({ code: 'CERT_INVALID', data: { reason: 'certificate' } });
  });

  it('when it is not in the list of first members', async () => {
    const member = await memberNamed('stranger', (own) => ({ initialCluster: `another=${own.peerUrl}` }));
    await expect(readiness(member)).rejects.toMatchObject({ code: 'ETCD_START_FAILED', data: { reason: 'initial-cluster' } });
  });

  it('when its timers do not fit', async () => {
    const member = await memberNamed('hasty', () => ({ heartbeatMs: 100, electionMs: 200 }));
    await expect(readiness(member)).rejects.toMatchObject({ code: 'ETCD_START_FAILED', data: { reason: 'timers' } });
  });

  it('when somebody kills it', async () => {
    const member = await memberNamed('killed');
    const process = await member.spawn();
    const ready = waitReady({ process, client: member.client, signal: new AbortController().signal, timeoutMs: 20_000 });
    globalThis.process.kill(process.pid, 'SIGKILL');
    await expect(ready).rejects.toMatchObject({ code: 'ETCD_START_FAILED', data: { reason: 'unknown', signal: 'SIGKILL' } });
  });
});

describe('an etcd that waits for others', () => {
  it('is given up after the time that was allowed, while it runs on', async () => {
    const member = await memberNamed('lonely', (own) => ({ initialCluster: `lonely=${own.peerUrl},absent=https://127.0.21.42:1` }));
    await expect(readiness(member, { timeoutMs: 300 })).rejects.toMatchObject({ code: 'ETCD_START_FAILED', data: { reason: 'not-in-time' } });
    expect(await Promise.race([member.process().exited, Promise.resolve('running')])).toBe('running');
    await member.kill();
  });

  it('is told apart when they belong to another cluster', async () => {
    const [one, two] = (await freePorts('127.0.21.41', 2)).map((port) => `https://127.0.21.41:${port}`);
    const pair = (peerUrl: string | undefined, clusterToken: string) => (own: EtcdFlags) => {
      const url = peerUrl ?? own.peerUrl;
      return { peerUrl: url, listenPeerUrl: url, initialCluster: `one=${one},two=${two}`, clusterToken };
    };
    const other = await memberNamed('two', pair(two, 'blue'));
    await other.spawn();
    const member = await memberNamed('one', pair(one, 'red'));
    const process = await member.spawn();
    await expect.poll(() => process.lastLines().join('\n'), { timeout: 10_000 }).toContain('cluster ID mismatch');
    const ready = waitReady({ process, client: member.client, signal: new AbortController().signal, timeoutMs: 300 });
    await expect(ready).rejects.toMatchObject({ code: 'ETCD_START_FAILED', data: { reason: 'cluster-id-mismatch' } });
    await member.kill();
    await other.kill();
  }, 20_000);

  it('is no longer waited for when the signal aborts', async () => {
    const member = await memberNamed('patient', (own) => ({ initialCluster: `patient=${own.peerUrl},absent=https://127.0.21.42:1` }));
    const abort = new AbortController();
    const ready = readiness(member, { signal: abort.signal });
    abort.abort();
    await expect(ready).rejects.toMatchObject({ code: 'CANCELLED' });
    await member.kill();
  });
});
