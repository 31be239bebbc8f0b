/**
 * The replica that admits a joiner dies, as by kill -9, right after each step of the join became durable. It is the only voter: nothing
 * goes on until it is back. Then the join ends with a voter, no learner dangles and the token is used exactly once.
 */
import { errorRow } from '@quorate/core/errors/codes';
import { describe, expect, it } from 'vitest';
import { expectSuccess } from '../harness/run-command';
import { useCluster } from '../harness/test-cluster';
import { waitFor } from '../harness/wait-for';
import { dieAt, expectJoinedOnce, expectKilled, keepRestarting, startOver } from './crash-and-repeat';

const POINTS = ['checked', 'admitted', 'learner-added', 'started', 'catching-up', 'promote-sent', 'promoted'] as const;

describe('an admitting replica that dies', () => {
  const present = useCluster('join-crash-admitting', { count: 4, block: 33 });

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

  it('before the joiner could start its etcd lets it end with the reason, and become a voter when both are back', { timeout: 90_000 }, async () => {
    const cluster = present();
    await startOver(cluster);
    const [first, joiner] = [cluster.replica(0), cluster.replica(1)];
    const minted = await cluster.mint(first, { name: 'nobody there' });
    expectSuccess('quorated join', await cluster.join(joiner, { minted }));
    joiner.start(dieAt('joiner:installed'));
    await expectKilled(joiner);
    await first.killAll();
    joiner.start();
    await waitFor(() => !joiner.isRunning(), { timeoutMs: 20_000, what: 'the joiner to end instead of hanging' });
    expect(joiner.exit()?.code).toBe(errorRow('ETCD_START_FAILED').exit);
    first.start();
    await first.waitReady();
    await keepRestarting(joiner);
    await expectJoinedOnce(cluster, joiner, minted);
  });

  it('and stays away is not missed: another voter finishes the join', { timeout: 120_000 }, async () => {
    const cluster = present();
    await startOver(cluster);
    const joiner = cluster.replica(3);
    await cluster.grow(cluster.replica(1));
    await cluster.grow(cluster.replica(2));
    const voters = cluster.replicas.filter((replica) => replica !== joiner);
    const minted = await cluster.mint(cluster.replica(0), { name: 'finished by another' });
    expectSuccess('quorated join', await cluster.join(joiner, { minted }));
    joiner.start();
    const admitting = await waitFor(() => voters.find((voter) => voter.log().some((line) => line.msg === 'learner added' && line['name'] === joiner.name)), {
      timeoutMs: 30_000,
      everyMs: 5,
      what: 'a voter to admit the joiner',
    });
    await admitting.killAll();
    await keepRestarting(joiner);
    const other = voters.find((voter) => voter !== admitting) ?? joiner;
    const token = (await cluster.tokens(other)).find((one) => one.id === minted.token.id);
    expect(token).toMatchObject({ state: 'exhausted', uses: [{ memberName: joiner.name }] });
    admitting.start();
    await cluster.waitVoters(
      other,
      cluster.replicas.map((replica) => replica.name),
      30_000,
    );
  });
});
