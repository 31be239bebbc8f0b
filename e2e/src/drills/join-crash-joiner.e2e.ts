/**
 * The joiner dies, as by kill -9, right after each step of the join became durable. Whatever it left behind, the same command, or the
 * daemon's mere restart, ends with a voter; no learner dangles and the token is used exactly once.
 */
import { describe, it } from 'vitest';
import { expectSuccess } from '../harness/run-command';
import { useCluster } from '../harness/test-cluster';
import { dieAt, expectJoinedOnce, expectKilled, keepRestarting, startOver } from './crash-and-repeat';

const POINTS = ['reserved', 'checked', 'learner-added', 'cleared', 'installed', 'started', 'catching-up', 'promoted'] as const;

describe('a joiner that dies', () => {
  const present = useCluster('join-crash-joiner', { count: 2, block: 32 });

  it.each(POINTS)('once its join is %s becomes a voter by the same command', { timeout: 60_000 }, async (point) => {
    const cluster = present();
    const joiner = cluster.replica(1);
    await startOver(cluster);
    const minted = await cluster.mint(cluster.replica(0), { name: point });
    expectSuccess('quorated join', await cluster.join(joiner, { minted }));
    joiner.start(dieAt(`joiner:${point}`));
    await expectKilled(joiner);
    expectSuccess('quorated join once more', await cluster.join(joiner, { minted, again: true }));
    joiner.start();
    await joiner.waitReady();
    await expectJoinedOnce(cluster, joiner, minted);
  });

  it.each(['learner-added', 'installed', 'catching-up'] as const)(
    'once its join is %s becomes a voter by the mere restart of its daemon',
    { timeout: 60_000 },
    async (point) => {
      const cluster = present();
      const joiner = cluster.replica(1);
      await startOver(cluster);
      const minted = await cluster.mint(cluster.replica(0), { name: `restart-${point}` });
      expectSuccess('quorated join', await cluster.join(joiner, { minted }));
      joiner.start(dieAt(`joiner:${point}`));
      await expectKilled(joiner);
      await keepRestarting(joiner);
      await expectJoinedOnce(cluster, joiner, minted);
    },
  );
});
