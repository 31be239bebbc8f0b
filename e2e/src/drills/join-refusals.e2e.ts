/**
 * Every reason to refuse a join has a code of its own, is told on the joiner's terminal, and costs nothing: the token keeps its use, no
 * learner appears, and the same token joins the same host once the reason is gone.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { CreateJoinTokenOutput } from '@quorate/core/api/join-tokens';
import { type ErrorCode, errorRow } from '@quorate/core/errors/codes';
import { describe, expect, it } from 'vitest';
import type { Cluster } from '../harness/cluster';
import { executable } from '../harness/paths';
import { type CommandResult, expectSuccess } from '../harness/run-command';
import { useCluster } from '../harness/test-cluster';

const FAKETIME_LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
/** A fingerprint of the right form that no CA has. */
const OTHER_FINGERPRINT = `sha256:${'5a'.repeat(32)}`;

describe('a join that must not be', () => {
  const present = useCluster('join-refusals', { count: 2, block: 34 });
  let minted: CreateJoinTokenOutput;

  it('has a cluster and a token that it could use', { timeout: 40_000 }, async () => {
    const cluster = present();
    await cluster.found();
    minted = await cluster.mint(cluster.replica(0), { name: 'kept' });
    expect(executable('quorated')).toBeTruthy();
  });

  it('is refused for a token that the cluster does not know', { timeout: 30_000 }, async () => {
    const cluster = present();
    const revoked = await cluster.mint(cluster.replica(0), { name: 'revoked' });
    expectSuccess('revoking', await cluster.replica(0).quorate(['cluster', 'join-token', 'revoke', revoked.token.id]));
    const refused = await cluster.join(cluster.replica(1), { minted: revoked });
    expectRefusal(refused, 'JOIN_TOKEN_INVALID');
    const unspent = (await cluster.tokens(cluster.replica(0))).find((token) => token.id === revoked.token.id);
    expect(unspent).toMatchObject({ state: 'revoked', uses: [] });
  });

  it('is refused when the host that answers has another CA, before the token is sent', { timeout: 30_000 }, async () => {
    const cluster = present();
    expectRefusal(await cluster.join(cluster.replica(1), { minted, fingerprint: OTHER_FINGERPRINT }), 'JOIN_FINGERPRINT_MISMATCH');
    await expectNothingSpent(cluster, minted);
  });

  it('is refused when nobody answers at the address', { timeout: 60_000 }, async () => {
    const cluster = present();
    expectRefusal(
      await cluster.join(cluster.replica(1), { minted, cpUrl: `https://${cluster.replica(1).address.host}:9`, extraArgs: ['--timeout', '1s'] }),
      'JOIN_UNREACHABLE',
    );
    await expectNothingSpent(cluster, minted);
  });

  it('is refused when the name is taken', { timeout: 30_000 }, async () => {
    const cluster = present();
    expectRefusal(await cluster.join(cluster.replica(1), { minted, name: 'quorate-0' }), 'JOIN_NAME_TAKEN');
    await expectNothingSpent(cluster, minted);
  });

  it('is refused when the peer URL is taken', { timeout: 30_000 }, async () => {
    const cluster = present();
    const [first, joiner] = [cluster.replica(0), cluster.replica(1)];
    await withConfig(
      joiner.configFile,
      (text) => text.replace(joiner.peerUrl, first.peerUrl),
      async () => {
        expectRefusal(await cluster.join(joiner, { minted }), 'JOIN_PEER_URL_TAKEN');
      },
    );
    await expectNothingSpent(cluster, minted);
  });

  it('is refused when the cluster tokens differ', { timeout: 30_000 }, async () => {
    const cluster = present();
    const joiner = cluster.replica(1);
    await withConfig(
      joiner.configFile,
      (text) => text.replace('etcd:\n', 'etcd:\n  cluster_token: "another-cluster"\n'),
      async () => {
        expectRefusal(await cluster.join(joiner, { minted }), 'JOIN_CLUSTER_TOKEN_MISMATCH');
      },
    );
    await expectNothingSpent(cluster, minted);
  });

  it('is refused when the clock of the joiner is off', { timeout: 30_000 }, async (context) => {
    if (!existsSync(FAKETIME_LIBRARY)) context.skip('needs libfaketime (Debian package "faketime") to set a clock off');
    const cluster = present();
    const env = { LD_PRELOAD: FAKETIME_LIBRARY, FAKETIME: '+2h', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
    expectRefusal(await cluster.join(cluster.replica(1), { minted, env }), 'JOIN_CLOCK_OFF');
    await expectNothingSpent(cluster, minted);
  });

  it('changes nothing when it is only checked', { timeout: 30_000 }, async () => {
    const cluster = present();
    const joiner = cluster.replica(1);
    const before = readFileSync(joiner.configFile, 'utf8');
    expectSuccess('--check-only', await cluster.join(joiner, { minted, extraArgs: ['--check-only'] }));
    expect(readFileSync(joiner.configFile, 'utf8')).toBe(before);
    await expectNothingSpent(cluster, minted);
  });

  it('becomes one that may be, with the same token, when the reason is gone', { timeout: 60_000 }, async () => {
    const cluster = present();
    const joiner = cluster.replica(1);
    expectSuccess('quorated join', await cluster.join(joiner, { minted }));
    joiner.start();
    await joiner.waitReady();
    await cluster.waitVoters(cluster.replica(0), ['quorate-0', 'quorate-1']);
    expect(existsSync(`${joiner.dir}/join-token`), 'the consumed token file').toBe(false);
  });

  it('is refused when the token has no uses left', { timeout: 30_000 }, async () => {
    const cluster = present();
    const late = cluster.replica(1);
    const spent = (await cluster.tokens(cluster.replica(0))).find((token) => token.id === minted.token.id);
    expect(spent).toMatchObject({ state: 'exhausted', uses: [{ memberName: late.name }] });
  });
});

const expectRefusal = (result: CommandResult, code: ErrorCode): void => {
  expect(result.stderr, result.stdout).toContain(code);
  expect(result.code).toBe(errorRow(code).exit);
};

const expectNothingSpent = async (cluster: Cluster, minted: CreateJoinTokenOutput): Promise<void> => {
  const first = cluster.replica(0);
  const token = (await cluster.tokens(first)).find((one) => one.id === minted.token.id);
  expect(token).toMatchObject({ state: 'active', uses: [] });
  expect((await cluster.members(first)).members.map((member) => member.name)).toEqual([first.name]);
};

const withConfig = async (file: string, change: (text: string) => string, run: () => Promise<void>): Promise<void> => {
  const before = readFileSync(file, 'utf8');
  const changed = change(before);
  expect(changed).not.toBe(before);
  writeFileSync(file, changed);
  try {
    await run();
  } finally {
    writeFileSync(file, before);
  }
};
