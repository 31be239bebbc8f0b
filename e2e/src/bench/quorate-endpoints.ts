import type { Cluster } from '../harness/cluster';
import type { WriteEndpoint } from './write-endpoint';

/** The replicas of a cluster as endpoints; a write is a join token minted over REST, acknowledged by 201. */
export const quorateEndpoints = (cluster: Cluster): readonly WriteEndpoint[] =>
  cluster.replicas.map((replica) => ({
    name: replica.name,
    write: async (timeoutMs) => {
      const call = { method: 'POST', path: '/v1/nodes/join-tokens', token: cluster.adminToken(), body: { kind: 'cluster', ttl: '1m' }, timeoutMs } as const;
      return (await replica.call(call).catch(() => null))?.status === 201;
    },
    isLeader: async () => (await replica.call({ path: '/api/leader-check', timeoutMs: 1_000 }).catch(() => null))?.status === 200,
    kill: () => replica.killAll(),
    restart: async () => {
      replica.start();
      await replica.waitReady();
    },
  }));
