/**
 * Joins that meet: two at once queue and both succeed; one that is undone gives the use back and leaves nothing; a host that has a
 * cluster of its own sets its data aside; a token without uses left is refused.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { errorRow } from '@quorate/core/errors/codes';
import { describe, expect, it } from 'vitest';
import { expectSuccess } from '../harness/run-command';
import { useCluster } from '../harness/test-cluster';
import { waitFor } from '../harness/wait-for';
import { dieAt, expectKilled, keepRestarting } from './crash-and-repeat';

describe('joins that meet', () => {
  const present = useCluster('join-together', { count: 4, block: 35, config: { evictAfter: '4s', promoteInterval: '1s' } });

  it('undoes a join whose joiner never comes back, and gives the use back', { timeout: 90_000 }, async () => {
    const cluster = present();
    const first = await cluster.found();
    const gone = cluster.replica(1);
    const minted = await cluster.mint(first, { name: 'given back' });
    expectSuccess('quorated join', await cluster.join(gone, { minted }));
    gone.start(dieAt('joiner:installed'));
    await expectKilled(gone);
    await waitFor(async () => (await cluster.events(first)).some((event) => event.type === 'join.undone' && event.subject === gone.name), {
      timeoutMs: 40_000,
      what: 'the join without progress to be undone',
    });
    await cluster.waitVoters(first, [first.name]);
    const token = (await cluster.tokens(first)).find((one) => one.id === minted.token.id);
    expect(token).toMatchObject({ state: 'active', uses: [] });
    expectSuccess('quorated join once more', await cluster.join(gone, { minted }));
    await keepRestarting(gone);
    await cluster.waitVoters(first, ['quorate-0', 'quorate-1']);
  });

  it('lets two join at once: one waits for the other, both become voters', { timeout: 120_000 }, async () => {
    const cluster = present();
    const minted = await cluster.mint(cluster.replica(1), { name: 'for two', maxUses: 2 });
    const joiners = [cluster.replica(2), cluster.replica(3)];
    await Promise.all(
      joiners.map(async (joiner) => {
        expectSuccess(`quorated join on ${joiner.name}`, await cluster.join(joiner, { minted, via: cluster.replica(1) }));
        joiner.start();
        await joiner.waitReady({ timeoutMs: 60_000 });
      }),
    );
    await cluster.waitVoters(cluster.replica(0), ['quorate-0', 'quorate-1', 'quorate-2', 'quorate-3']);
    const token = (await cluster.tokens(cluster.replica(0))).find((one) => one.id === minted.token.id);
    expect(token?.state).toBe('exhausted');
    expect(token?.uses.map((use) => use.memberName).sort()).toEqual(['quorate-2', 'quorate-3']);
  });

  it('refuses a token whose uses are taken, with a code of its own', { timeout: 60_000 }, async () => {
    const cluster = present();
    const last = cluster.replica(3);
    const spent = await cluster.mint(cluster.replica(0), { name: 'spent' });
    await cluster.remove(cluster.replica(0), last.name);
    await last.killAll();
    last.wipe();
    expectSuccess('quorated join', await cluster.join(last, { minted: spent }));
    last.start();
    await last.waitReady();
    await cluster.remove(cluster.replica(0), last.name);
    await last.killAll();
    last.wipe();
    const refused = await cluster.join(last, { minted: spent });
    expect(refused.stderr).toContain('JOIN_TOKEN_EXHAUSTED');
    expect(refused.code).toBe(errorRow('JOIN_TOKEN_EXHAUSTED').exit);
  });

  it('lets a host whose join was refused go on with its own data', { timeout: 60_000 }, async () => {
    const cluster = present();
    const host = cluster.replica(3);
    host.wipe();
    host.ensureConfig();
    host.start();
    await host.waitReady();
    const minted = await cluster.mint(cluster.replica(0), { name: 'revoked' });
    await cluster.replica(0).call({ method: 'DELETE', path: `/v1/nodes/join-tokens/${minted.token.id}`, token: cluster.adminToken() });
    const before = readFileSync(host.configFile, 'utf8');
    expect((await cluster.join(host, { minted, restart: true })).stderr).toContain('JOIN_TOKEN_INVALID');
    expect(readFileSync(host.configFile, 'utf8')).toBe(before);
    await host.stop();
    host.start();
    await host.waitReady();
  });

  it('takes in a host that served a cluster of its own, and sets its data aside', { timeout: 120_000 }, async () => {
    const cluster = present();
    const host = cluster.replica(3);
    const minted = await cluster.mint(cluster.replica(0), { name: 'from single' });
    expectSuccess('quorated join', await cluster.join(host, { minted, restart: true }));
    await cluster.waitVoters(cluster.replica(0), ['quorate-0', 'quorate-1', 'quorate-2', 'quorate-3'], 60_000);
    const aside = path.join(host.dataDir, 'set-aside');
    expect(existsSync(aside)).toBe(true);
    expect(readdirSync(aside)).toHaveLength(1);
    expect(host.isRunning()).toBe(true);
  });
});
