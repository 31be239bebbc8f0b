import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@quorate/core/errors/app-error';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EtcdProcess } from '../../etcd/api';
import { waitReady } from '../../etcd/ready';
import { bytes } from '../../etcd/testing/bytes';
import { createTestMember, type TestMember, testCerts } from '../../etcd/testing/test-member';
import { silentLogger } from '../../kit/logger';
import { isProcessAlive } from '../../kit/process-info';
import { type EtcdKeeper, type KeeperDeps, startEtcdKeeper } from './etcd-keeper';

const ADDRESS = '127.0.24.111';
const NEVER = new AbortController().signal;

let directory: string;
const members: TestMember[] = [];
const keepers: EtcdKeeper[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quorate-keeper-'));
});
afterEach(async () => {
  for (const keeper of keepers.splice(0)) await keeper.stop();
  for (const member of members.splice(0)) {
    member.client.close();
    await member.kill();
  }
});
afterAll(() => rm(directory, { recursive: true, force: true }));

let names = 0;
const createMember = async (flags: Parameters<typeof createTestMember>[0]['flags'] = () => ({})): Promise<TestMember> => {
  names += 1;
  const member = await createTestMember({ directory, name: `k${names}`, address: ADDRESS, certs: testCerts(directory, [ADDRESS]), flags });
  members.push(member);
  return member;
};
/** Pauses are noted and last an instant; `between` runs in each. */
const createClock = (between: (pause: number) => Promise<void> = async () => undefined) => {
  const pauses: number[] = [];
  let now = 0;
  return {
    pauses,
    advance: (ms: number) => {
      now += ms;
    },
    clock: {
      now: () => now,
      monotonic: () => now,
      sleep: async (ms: number) => {
        pauses.push(ms);
        await between(pauses.length);
      },
    },
  };
};
const keep = (member: TestMember, part: Partial<KeeperDeps> = {}): EtcdKeeper => {
  const keeper = startEtcdKeeper({
    spawn: member.spawn,
    waitReady: async (process, signal) => void (await waitReady({ process, client: member.client, signal, timeoutMs: 20_000 })),
    clock: createClock().clock,
    logger: silentLogger,
    ...part,
  });
  keepers.push(keeper);
  return keeper;
};
const untilPhase = async (keeper: EtcdKeeper, phase: string, restarts = 0) => {
  await expect.poll(() => keeper.state.get(), { timeout: 20_000, interval: 20 }).toMatchObject(phase === 'running' ? { phase, restarts } : { phase });
  return keeper.state.get();
};

describe('etcd that is kept running', () => {
  it('serves, and is known by its pid', async () => {
    const member = await createMember();
    const keeper = keep(member);
    expect(keeper.state.get()).toEqual({ phase: 'starting' });
    await keeper.ready(NEVER);
    expect(keeper.state.get()).toEqual({ phase: 'running', pid: member.process().pid, restarts: 0 });
    expect(keeper.process()?.pid).toBe(member.process().pid);
    expect((await member.client.status()).leaderId).not.toBe(0n);
  });

  it('comes back with its data when it is killed, and tells meanwhile why it was away', async () => {
    const member = await createMember();
    const { clock } = createClock(async () => {
      await expect.poll(() => seen.length).toBeGreaterThan(2);
    });
    const keeper = keep(member, { clock });
    const seen: unknown[] = [];
    const abort = new AbortController();
    const watching = (async () => {
      for await (const state of keeper.state.watch(abort.signal)) seen.push(state);
    })();
    await keeper.ready(NEVER);
    await member.client.txn({ compares: [], then: [{ kind: 'put', key: 'kept', value: bytes('yes') }] });
    const firstPid = member.process().pid;
    process.kill(firstPid, 'SIGKILL');
    await untilPhase(keeper, 'running', 1);
    expect(member.process().pid).not.toBe(firstPid);
    expect(await member.client.get('kept')).not.toBeNull();
    abort.abort();
    await watching;
    expect(seen).toContainEqual({
      phase: 'restarting',
      restarts: 1,
      reason: 'etcd was ended by SIGKILL',
      lastLines: expect.arrayContaining([expect.any(String)]),
    });
  });

  it('is restarted with growing pauses while it keeps dying, and quickly again after it ran for a minute', async () => {
    const member = await createMember();
    const { clock, pauses, advance } = createClock();
    const keeper = keep(member, { clock });
    for (let restarts = 0; restarts < 4; restarts += 1) {
      await untilPhase(keeper, 'running', restarts);
      if (restarts === 3) advance(60_000);
      process.kill(member.process().pid, 'SIGKILL');
    }
    await untilPhase(keeper, 'running', 4);
    const [one = 0, two = 0, three = 0, afterLongRun = 0] = pauses;
    expect(one).toBeLessThanOrEqual(300);
    expect(two).toBeGreaterThan(one);
    expect(three).toBeGreaterThan(two);
    expect(afterLongRun).toBeLessThanOrEqual(300);
  });

  it('is tried again for ever once it has served, also when a restart fails', async () => {
    const member = await createMember();
    const { hostname, port } = new URL(member.flags.clientUrl);
    const blocker = createServer((socket) => socket.destroy());
    const { clock, pauses } = createClock(async (pause) => {
      if (pause === 1) await new Promise<void>((resolve) => blocker.listen({ host: hostname, port: Number(port) }, resolve));
      if (pause === 3) await new Promise<void>((resolve) => blocker.close(() => resolve()));
    });
    const keeper = keep(member, { clock });
    await keeper.ready(NEVER);
    process.kill(member.process().pid, 'SIGKILL');
    await untilPhase(keeper, 'running', 3);
    expect(pauses).toHaveLength(3);
  });
});

describe('etcd that cannot start', () => {
  it('fails at once when it never served: what never worked will not work by itself', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen({ host: ADDRESS, port: 0 }, resolve));
    const taken = blocker.address();
    const port = typeof taken === 'object' && taken !== null ? taken.port : 0;
    try {
      const { clock, pauses } = createClock();
      const keeper = keep(await createMember(() => ({ clientUrl: `https://${ADDRESS}:${port}` })), { clock });
      await expect(keeper.ready(NEVER)).rejects.toMatchObject({ code: 'ETCD_START_FAILED', data: { reason: 'address-in-use' } });
      expect(keeper.state.get()).toMatchObject({ phase: 'failed', error: { code: 'ETCD_START_FAILED' } });
      expect(pauses).toEqual([]);
    } finally {
      blocker.close();
    }
  });

  it('fails when there is no etcd to run', async () => {
    const keeper = keep(await createMember(() => ({ binary: '/nonexistent/etcd' })));
    await expect(keeper.ready(NEVER)).rejects.toMatchObject({ code: 'ETCD_NOT_FOUND' });
  });

  it('fails for good when its data are damaged, although it served before', async () => {
    const member = await createMember();
    const { clock } = createClock(() => writeFile(join(member.flags.dataDir, 'member', 'snap', 'db'), 'damaged'));
    const keeper = keep(member, { clock });
    await keeper.ready(NEVER);
    process.kill(member.process().pid, 'SIGKILL');
    const state = await untilPhase(keeper, 'failed');
    expect(state).toMatchObject({ error: { code: 'DATA_DIR_DAMAGED' } });
  });
});

describe('stopping', () => {
  it('ends etcd, once, and nothing starts it again', async () => {
    const member = await createMember();
    let spawned = 0;
    const spawn = (): Promise<EtcdProcess> => {
      spawned += 1;
      return member.spawn();
    };
    const keeper = keep(member, { spawn });
    await keeper.ready(NEVER);
    const { pid } = member.process();
    await Promise.all([keeper.stop(), keeper.stop()]);
    expect(keeper.state.get()).toEqual({ phase: 'stopped' });
    expect(await isProcessAlive(pid, null)).toBe(false);
    expect(spawned).toBe(1);
  });

  it('does not wait for a start that waits for a quorum', async () => {
    const member = await createMember((own) => ({ initialCluster: `${own.name}=${own.peerUrl},absent=https://${ADDRESS}:9` }));
    const keeper = keep(member);
    await expect.poll(() => keeper.process(), { timeout: 10_000 }).not.toBeNull();
    const startedAt = performance.now();
    await keeper.stop();
    expect(performance.now() - startedAt).toBeLessThan(6_000);
    expect(keeper.state.get()).toEqual({ phase: 'stopped' });
    expect(await isProcessAlive(member.process().pid, null)).toBe(false);
  });

  it('ends the pause before a restart', async () => {
    const member = await createMember();
    const sleep = (_ms: number, signal: AbortSignal) => new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const keeper = keep(member, { clock: { ...createClock().clock, sleep } });
    await keeper.ready(NEVER);
    process.kill(member.process().pid, 'SIGKILL');
    await untilPhase(keeper, 'restarting');
    await keeper.stop();
    expect(keeper.state.get()).toEqual({ phase: 'stopped' });
  });

  it('of whoever waits for etcd is told by the signal of the waiting', async () => {
    const reason = new AppError('STOPPING', { message: 'stop' });
    const abort = new AbortController();
    const member = await createMember((own) => ({ initialCluster: `${own.name}=${own.peerUrl},absent=https://${ADDRESS}:9` }));
    const never = keep(member);
    const waiting = expect(never.ready(abort.signal)).rejects.toBe(reason);
    abort.abort(reason);
    await waiting;
  });
});
