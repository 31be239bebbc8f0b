import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EtcdFlags } from '../api';
import { createTestMember, type TestMember, testCerts } from './test-member';

export type TestCluster = {
  readonly members: readonly TestMember[];
  /** A member that is not part of the cluster yet, with flags to join it once it was added. Not started. */
  readonly newcomer: (name: string, address: string) => Promise<TestMember>;
  /** Kills all members and removes their data. */
  readonly stop: () => Promise<void>;
};

/** Members that start together as one cluster, one per address, named after their place: m0, m1 … */
export const startTestCluster = async (addresses: readonly string[], spare: readonly string[] = []): Promise<TestCluster> => {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-etcd-'));
  const certs = testCerts(directory, [...addresses, ...spare]);
  const all: TestMember[] = [];
  const member = async (name: string, address: string, flags: (own: EtcdFlags) => Partial<EtcdFlags>) => {
    const made = await createTestMember({ directory, name, address, certs, flags });
    all.push(made);
    return made;
  };
  const stop = async () => {
    for (const { client } of all) client.close();
    await Promise.all(all.map(({ kill }) => kill()));
    await rm(directory, { recursive: true, force: true });
  };
  const initialCluster = (members: readonly { readonly flags: EtcdFlags }[]) => members.map(({ flags }) => `${flags.name}=${flags.peerUrl}`).join(',');
  try {
    const drafts = await Promise.all(addresses.map((address, index) => createTestMember({ directory, name: `m${index}`, address, certs })));
    for (const { client } of drafts) client.close();
    const members = await Promise.all(
      drafts.map(({ flags }, index) => member(flags.name, addresses[index] ?? '', () => ({ ...flags, initialCluster: initialCluster(drafts) }))),
    );
    await Promise.all(members.map(({ start }) => start()));
    return {
      members,
      newcomer: (name, address) =>
        member(name, address, (own) => ({ initialClusterState: 'existing', initialCluster: initialCluster([...members, { flags: own }]) })),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};
