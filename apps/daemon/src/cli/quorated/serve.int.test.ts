import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MemberListSchema } from '@quorate/core/api/cluster';
import { CreateJoinTokenOutputSchema, ListJoinTokensOutputSchema } from '@quorate/core/api/join-tokens';
import { errorRow } from '@quorate/core/errors/codes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLastError } from './last-error';
import { buildQuorated, createHost, type Daemon, type Host, type Quorated } from './testing/quorated';

let quorated: Quorated;
beforeAll(async () => {
  quorated = await buildQuorated();
});
afterAll(() => quorated?.remove());

const mint = async (host: Host) => CreateJoinTokenOutputSchema.parse(await host.call('mutation', 'joinTokens.create', { kind: 'cluster' }));
const tokens = async (host: Host) => ListJoinTokensOutputSchema.parse(await host.call('query', 'joinTokens.list')).tokens;
const members = async (host: Host) => MemberListSchema.parse(await host.call('query', 'cluster.members')).members;
/** A replica with data is ready within 3 s on a quiet machine; test machines are not quiet. */
const READY_WITHIN_MS = 10_000;

describe('quorated serve', () => {
  let host: Host;
  let daemon: Daemon;
  beforeAll(async () => {
    host = await createHost(quorated.directory, { name: 'n0', address: '127.0.24.161' });
    daemon = quorated.serve(host.configFile);
    await daemon.ready();
  });

  it('killed with -9 takes its etcd along, and comes back with its data', async () => {
    const minted = await mint(host);
    daemon.signal('SIGKILL');
    expect(await daemon.ended).toBe('SIGKILL');
    await expect.poll(() => host.isEtcdAlive().catch(() => false), { timeout: 10_000 }).toBe(false);
    daemon = quorated.serve(host.configFile);
    expect(await daemon.ready()).toBeLessThan(READY_WITHIN_MS);
    expect((await tokens(host)).map(({ id }) => id)).toEqual([minted.token.id]);
  });

  it('restarts an etcd that is killed, and serves again by itself', async () => {
    const before = await host.etcdPid();
    process.kill(before, 'SIGKILL');
    await expect.poll(async () => (await host.etcdPid().catch(() => before)) !== before, { timeout: 20_000 }).toBe(true);
    await expect.poll(() => tokens(host).then((list) => list.length), { timeout: 20_000 }).toBe(1);
  });

  it('cannot be started twice on the same data: terminal and exit status say why, and the one that runs is not said to have failed', async () => {
    const second = await quorated.run('serve', '--config', host.configFile);
    expect(second.code).toBe(errorRow('DATA_DIR_LOCKED').exit);
    expect(second.stderr).toMatch(new RegExp(`error DATA_DIR_LOCKED: process ${daemon.pid} `));
    expect(await readLastError(host.dataDir)).toBeNull();
    expect(await members(host)).toHaveLength(1);
  });

  it('ends politely on SIGTERM, and its etcd with it', async () => {
    daemon.signal('SIGTERM');
    expect(await daemon.ended).toBe(0);
    expect(await host.isEtcdAlive().catch(() => false)).toBe(false);
    expect(daemon.stderr()).toBe('');
  });

  it('refuses a configuration that it cannot follow before it touches anything', async () => {
    const refused = await quorated.run('serve', '--config', host.configFile, '--set', 'etcd.mode=triple');
    expect(refused.code).toBe(78);
    expect(refused.stderr).toContain('etcd.mode');
  });

  it('leaves why it could not run for commands that wait for it', async () => {
    const refused = await quorated.run('serve', '--config', host.configFile, '--set', 'etcd.name=another');
    expect(refused).toMatchObject({ code: errorRow('IDENTITY_MISMATCH').exit, stderr: expect.stringContaining('error IDENTITY_MISMATCH') });
    expect(await readLastError(host.dataDir)).toMatchObject({ code: 'IDENTITY_MISMATCH' });
  });
});

describe('mode bootstrap', () => {
  const names = ['b0', 'b1', 'b2'];
  const addressOf = (index: number) => `127.0.24.${162 + index}`;
  const initialCluster = names.map((name, index) => `${name}=https://${addressOf(index)}:2380`).join(',');
  let hosts: Host[];
  let daemons: Daemon[];

  it('begins with all members at once, which share the CA of "quorated ca init"', async () => {
    const etcd = `  mode: bootstrap\n  initial_cluster: ${initialCluster}\n`;
    hosts = await Promise.all(names.map((name, index) => createHost(quorated.directory, { name, address: addressOf(index), etcd })));
    const [first] = hosts;
    if (!first) throw new Error('there are three hosts');
    const alone = await quorated.run('serve', '--config', first.configFile);
    expect(alone).toMatchObject({ code: errorRow('CA_MISSING').exit, stderr: expect.stringContaining('error CA_MISSING') });
    await quorated.run('ca', 'init', '--config', first.configFile);
    for (const host of hosts.slice(1)) await cp(join(first.dataDir, 'ca'), join(host.dataDir, 'ca'), { recursive: true });
    daemons = hosts.map((host) => quorated.serve(host.configFile));
    for (const daemon of daemons) await daemon.ready();
    for (const host of hosts)
      await expect
        .poll(async () => (await members(host)).map(({ name, role, phase }) => `${name} ${role} ${phase}`))
        .toEqual(names.map((name) => `${name} voter ready`));
  });

  it('has one administrator token for all', async () => {
    const found = await Promise.all(hosts.map(({ dataDir }) => readFile(join(dataDir, 'admin-token'), 'utf8').catch(() => null)));
    expect(found.filter((token) => token !== null)).toHaveLength(1);
  });

  it('goes on while one of three is killed, and takes it back', async () => {
    const [first, second] = [hosts[0], hosts[1]];
    if (!first || !second) throw new Error('there are three hosts');
    daemons[0]?.signal('SIGKILL');
    await daemons[0]?.ended;
    await expect.poll(() => mint(second).then(() => 'written', String), { timeout: 20_000 }).toBe('written');
    const back = quorated.serve(first.configFile);
    expect(await back.ready()).toBeLessThan(READY_WITHIN_MS);
    expect(await tokens(first)).toHaveLength(1);
  });
});

describe('quorated join', () => {
  it('checks without leaving a trace, then turns a running single replica into a voter', async () => {
    const [first, second] = await Promise.all([
      createHost(quorated.directory, { name: 'j0', address: '127.0.24.166' }),
      createHost(quorated.directory, { name: 'j1', address: '127.0.24.167' }),
    ]);
    const daemons = [first, second].map((host) => quorated.serve(host.configFile));
    for (const daemon of daemons) await daemon.ready();
    const minted = await mint(first);
    const args = ['join', '--config', second.configFile, '--invite', minted.invitation, '--name', 'j1'];
    const before = await readFile(second.configFile, 'utf8');

    const checked = await quorated.run(...args, '--check-only');
    expect(checked).toMatchObject({ code: 0, stdout: expect.stringContaining('all checks passed') });
    expect(await readFile(second.configFile, 'utf8')).toBe(before);
    expect(await members(second)).toMatchObject([{ name: 'j1', isLeader: true }]);

    // At once, with the token that was only looked at, under another id: the look left no reservation behind.
    const joined = await quorated.run(...args);
    expect(joined, joined.stdout).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('this host is a voter of the cluster') });
    for (const line of ['admitted as learner', 'old local data set aside', 'promoted to voter', 'CA key received']) expect(joined.stdout).toContain(line);
    expect((await members(second)).map(({ name, role }) => [name, role])).toEqual([
      ['j0', 'voter'],
      ['j1', 'voter'],
    ]);
    expect((await tokens(first)).map(({ state, uses }) => [state, uses.length])).toEqual([['exhausted', 1]]);
    expect(await readFile(second.configFile, 'utf8')).toContain('mode: join');
  });
});
