import { basename } from 'node:path';
import { afterAll, beforeAll, onTestFailed } from 'vitest';
import { FIRST_HOST, freeBlock, hasWholeLoopback } from './addresses';
import { type Cluster, type ClusterOptions, createCluster } from './cluster';
import { testDir } from './paths';

/** How many lines of each replica's log a failed test shows. */
const LOG_LINES = 40;

export type TestClusterOptions = Omit<ClusterOptions, 'dir' | 'wholeLoopback'> & {
  /** The tests are the steps of one story: after a failed one the rest says so at once. */
  readonly story?: boolean;
};

/**
 * A cluster for the tests of one file: made before them, killed after them in every case. Files and logs stay when a test failed, and
 * the end of every log is printed with the failure.
 */
export const useCluster = (name: string, options: TestClusterOptions): (() => Cluster) => {
  let cluster: Cluster | null = null;
  let failed = false;
  const present = () => {
    if (cluster === null) throw new Error('the cluster exists only while tests run');
    return cluster;
  };
  beforeAll(async () => {
    const wholeLoopback = await hasWholeLoopback();
    const block = options.isolated ? options.block : await freeBlock({ ...options, first: options.first ?? FIRST_HOST, wholeLoopback });
    cluster = await createCluster({ ...options, block, dir: testDir(basename(name)), wholeLoopback });
  }, 30_000);
  afterAll(async () => {
    await cluster?.close({ keepFiles: failed });
  }, 30_000);
  return () => {
    if (options.story && failed) throw new Error('an earlier step of this story failed');
    onTestFailed(() => {
      if (!failed && cluster !== null) process.stderr.write(`\n${cluster.logs(LOG_LINES)}\n`);
      failed = true;
    });
    return present();
  };
};
