import { type Cluster, type ClusterOptions, createCluster } from '../harness/cluster';
import type { BenchContext } from './part';

/** Third octet of the benchmark's addresses. */
const BLOCK = 40;
/** Log lines of each replica in the report of a failed part. */
const LOG_LINES = 30;

/** Runs `measure` with a cluster of `voters` voters (further replicas up to `count` are not started) and closes it in every case. */
export const withBenchCluster = async <T>(
  context: BenchContext,
  options: { readonly voters: number; readonly count?: number; readonly isolated?: boolean; readonly config?: ClusterOptions['config'] },
  measure: (cluster: Cluster) => Promise<T>,
): Promise<T> => {
  const { voters, count = voters, ...rest } = options;
  const cluster = await createCluster({ dir: context.dir, block: BLOCK, wholeLoopback: context.wholeLoopback, count, ...rest });
  try {
    await cluster.found();
    for (let index = 1; index < voters; index += 1) await cluster.grow(cluster.replica(index));
    return await measure(cluster);
  } catch (error) {
    context.say(cluster.logs(LOG_LINES));
    throw error;
  } finally {
    await cluster.close();
  }
};
