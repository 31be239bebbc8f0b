/**
 * The replica that admits a joiner dies, as by kill -9, right after each step of the join became durable. It is the only voter: nothing
 * goes on until it is back. Then the join ends with a voter, no learner dangles and the token is used exactly once.
 */
import { describe, expect, it } from 'vitest';
import { useCluster } from '../harness/test-cluster';
import { dieAt, expectJoinedOnce, expectKilled, keepRestarting, startOver } from './crash-and-repeat';

const POINTS = ['checked', 'admitted', 'learner-added', 'started', 'catching-up', 'promote-sent', 'promoted'] as const;

describe('an admitting replica that dies', () => {
  const present = useCluster('join-crash-admitting', { count: 2, block: 33 });

  it.each(POINTS)('once the join is %s, comes back, and the joiner becomes a voter', { timeout: 90_000 }, async (point) => {
    const cluster = present();
    const [first, joiner] = [cluster.replica(0), cluster.replica(1)];
    await startOver(cluster);
    await first.stop();
    first.start(dieAt(`admit:${point}`));
    await first.waitReady();
    const minted = await cluster.mint(first, { name: point });
    const joining = cluster.join(joiner, { minted }).then(async (command) => {
      if (command.code !== 0) return command;
      joiner.start();
      return command;
    });
    await expectKilled(first);
    first.start();
    await first.waitReady();
    if ((await joining).code !== 0) {
      expect((await cluster.join(joiner, { minted, again: true })).stderr).toBe('');
    }
    await keepRestarting(joiner);
    await expectJoinedOnce(cluster, joiner, minted);
  });
});
