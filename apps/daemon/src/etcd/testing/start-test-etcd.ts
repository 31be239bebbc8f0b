import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EtcdClient, EtcdFlags } from '../api';
import { createTestMember, testCerts } from './test-member';

export type TestEtcd = {
  readonly client: EtcdClient;
  readonly flags: EtcdFlags;
  /** Another client, of the same etcd or of a proxy before it. The caller closes it. */
  readonly connect: (url?: string) => EtcdClient;
  /** Pid of the running etcd. */
  readonly pid: () => number;
  /** Ends etcd, closes the client and removes its data. Idempotent. */
  readonly stop: () => Promise<void>;
  /** SIGKILL; the data stays. */
  readonly kill: () => void;
  /** Ends etcd if it runs and starts it again on the same data and ports; resolves when it serves. */
  readonly restart: () => Promise<void>;
};

/** A cluster of one, real etcd with mutual TLS on free ports, for the integration tests of any room. Stop it in afterAll. */
export const startTestEtcd = async (options: { readonly address?: string } = {}): Promise<TestEtcd> => {
  const { address = '127.0.0.1' } = options;
  const directory = await mkdtemp(join(tmpdir(), 'quorate-etcd-'));
  const member = await createTestMember({ directory, name: 'test', address, certs: testCerts(directory, [address]) });
  const stop = async () => {
    member.client.close();
    await member.kill();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await member.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    client: member.client,
    flags: member.flags,
    connect: member.connect,
    pid: () => member.process().pid,
    stop,
    kill: () => process.kill(member.process().pid, 'SIGKILL'),
    restart: async () => {
      await member.halt();
      await member.start();
    },
  };
};
