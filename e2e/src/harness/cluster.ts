/**
 * A set of replicas, each with its files and addresses, that grow into one cluster through the product's own join. Owns their processes
 * and directories until `close`.
 */
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { FIRST_HOST, type ReplicaAddress, replicaAddress } from './addresses';
import { createNamespaces, type Namespaces } from './namespaces';
import { createOperator, type Operator } from './operator';
import { createProcessGroup } from './processes';
import { createReplica, type Replica, type ReplicaSpec } from './replica';

export type ClusterOptions = {
  /** Emptied first, unless `resume`. */
  readonly dir: string;
  readonly count: number;
  /** Third octet of the addresses 127.0.<block>.x; one block per test file. */
  readonly block: number;
  /** Last octet of the first replica. Default FIRST_HOST. */
  readonly first?: number;
  readonly wholeLoopback: boolean;
  /** Each replica in a network namespace of its own, so that its cable can be pulled. Needs root and `ip`. */
  readonly isolated?: boolean;
  /** Keeps what an earlier run left in `dir`. */
  readonly resume?: boolean;
  readonly deathSignal?: 'SIGTERM' | 'SIGKILL';
  readonly config?: ReplicaSpec['config'];
};

export type Cluster = Operator & {
  readonly dir: string;
  readonly replicas: readonly Replica[];
  readonly replica: (index: number) => Replica;
  /** Null when the replicas share this host's network. */
  readonly namespaces: Namespaces | null;
  /** Starts replica 0 as a cluster of its own. */
  readonly found: () => Promise<Replica>;
  /** The end of every replica's log. */
  readonly logs: (linesEach: number) => string;
  /** Kills what runs; removes the files unless they are to be kept. */
  readonly close: (options?: { readonly keepFiles?: boolean }) => Promise<void>;
};

export const createCluster = async (options: ClusterOptions): Promise<Cluster> => {
  if (!options.resume) rmSync(options.dir, { recursive: true, force: true });
  mkdirSync(options.dir, { recursive: true });
  const group = createProcessGroup();
  const namespaces = options.isolated ? await createNamespaces(group, options) : null;
  const replicas = Array.from({ length: options.count }, (_, index) =>
    createReplica(group, {
      name: `quorate-${index}`,
      dir: path.join(options.dir, `quorate-${index}`),
      address: addressOf(options, index),
      deathSignal: options.deathSignal ?? 'SIGKILL',
      ...(namespaces ? { network: namespaces.networkOf(index) } : {}),
      ...(options.config ? { config: options.config } : {}),
    }),
  );
  const replica = (index: number): Replica => {
    const found = replicas[index];
    if (!found) throw new Error(`this cluster has ${replicas.length} replicas, there is no number ${index}`);
    return found;
  };
  return {
    ...createOperator(replica(0)),
    dir: options.dir,
    replicas,
    replica,
    namespaces,
    found: async () => {
      replica(0).ensureConfig();
      replica(0).start();
      await replica(0).waitReady();
      return replica(0);
    },
    logs: (linesEach) => replicas.map((one) => `===== ${one.name} (${one.logFile})\n${one.logTail(linesEach)}`).join('\n'),
    close: async ({ keepFiles = false } = {}) => {
      await group.killAll();
      await namespaces?.close();
      if (!keepFiles) rmSync(options.dir, { recursive: true, force: true });
    },
  };
};

const addressOf = (options: ClusterOptions, index: number): ReplicaAddress => {
  if (options.isolated)
    return { host: `10.99.${options.block}.${index + 1}`, clientHost: '127.0.0.1', peerPort: 2380, clientPort: 2379, replicaPort: 8443, publicPort: 8080 };
  return replicaAddress({ block: options.block, first: options.first ?? FIRST_HOST, wholeLoopback: options.wholeLoopback }, index);
};
