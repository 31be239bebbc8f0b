import type { ReplicaAddress } from './addresses';

/** What the harness decides about a replica's configuration; everything else keeps its default. */
export type ReplicaConfig = {
  readonly name: string;
  readonly dataDir: string;
  readonly socketPath: string;
  readonly address: ReplicaAddress;
  /** Replicas in network namespaces answer plain HTTP behind the forwarder that stands for a proxy. */
  readonly behindProxy: boolean;
  readonly clusterToken?: string;
  readonly evictAfter?: string;
  readonly promoteInterval?: string;
  readonly timerProfile?: 'default' | 'lan' | 'fast' | 'auto';
};

type Tree = { readonly [key: string]: string | number | boolean | Tree | undefined };

/** The text of a quorate.yaml for a replica without data. */
export const configText = (config: ReplicaConfig): string => {
  const { address } = config;
  return toYaml({
    data_dir: config.dataDir,
    etcd: {
      mode: 'single',
      name: config.name,
      peer_url: `https://${address.host}:${address.peerPort}`,
      client_url: `https://${address.clientHost}:${address.clientPort}`,
      cluster_token: config.clusterToken,
      timer_profile: config.timerProfile,
    },
    listeners: {
      public: { address: `${address.host}:${address.publicPort}`, tls: 'off', behind_proxy: config.behindProxy || undefined },
      replica: { address: `${address.host}:${address.replicaPort}` },
      admin_socket: { path: config.socketPath },
    },
    membership: config.evictAfter || config.promoteInterval ? { evict_after: config.evictAfter, promote_interval: config.promoteInterval } : undefined,
  });
};

const toYaml = (tree: Tree, indent = ''): string =>
  Object.entries(tree)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => (typeof value === 'object' ? `${indent}${key}:\n${toYaml(value, `${indent}  `)}` : `${indent}${key}: ${JSON.stringify(value)}\n`))
    .join('');
