import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatJoinToken } from '@quorate/core/join/token';
import { QUORATE_VERSION } from '@quorate/core/version';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeMemberCache } from '../../services/health/member-cache';
import { readJoinerState } from '../../services/join/joiner-state';
import { writeIdentity } from '../../services/supervisor/identity';
import { buildQuorated, createHost, type Host, type Quorated } from './testing/quorated';

const FINGERPRINT = `sha256:${'ab'.repeat(32)}`;
const TOKEN = formatJoinToken({ id: 'aaaaaaaaaa', secret: new Uint8Array(32).fill(7) });

let quorated: Quorated;
beforeAll(async () => {
  quorated = await buildQuorated();
});
afterAll(() => quorated?.remove());
const host = (name: string, etcd = ''): Promise<Host> => createHost(quorated.directory, { name, address: '127.0.24.151', etcd });

describe('quorated ca', () => {
  it('init makes a CA once, and tells what to do with it', async () => {
    const { configFile, dataDir } = await host('ca1');
    const first = await quorated.run('ca', 'init', '--config', configFile);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/cluster +[0-9a-f]{16}\nfingerprint +sha256:[0-9a-f]{64}\n/);
    expect(first.stdout).toContain('Copy both files');
    expect((await quorated.run('ca', 'init', '--config', configFile)).stdout).toBe(first.stdout);
    for (const file of ['cluster-ca.crt', 'cluster-ca.key']) expect((await stat(join(dataDir, 'ca', file))).mode & 0o777).toBe(0o600);
  });

  it('fingerprint prints what joiners pin, the same as init', async () => {
    const { configFile } = await host('ca2');
    const missing = await quorated.run('ca', 'fingerprint', '--config', configFile);
    expect(missing.code).not.toBe(0);
    expect(missing.stderr).toMatch(/error CA_MISSING: .*cluster-ca\.crt\n {2}to fix: .*quorated ca init/);
    const made = JSON.parse((await quorated.run('ca', 'init', '--json', '--config', configFile)).stdout);
    expect((await quorated.run('ca', 'fingerprint', '--config', configFile)).stdout).toBe(`${made.fingerprint}\n`);
    expect(JSON.parse((await quorated.run('ca', 'fingerprint', '--json', '--config', configFile)).stdout)).toEqual({
      fingerprint: made.fingerprint,
      clusterId: made.clusterId,
    });
  });
});

describe('quorated config', () => {
  it('check says that a file is good, and every problem of one that is not', async () => {
    const good = await host('config1');
    expect(await quorated.run('config', 'check', '--config', good.configFile)).toMatchObject({ code: 0, stdout: expect.stringContaining('is good') });
    const bad = await host('config2', '  heartbeat: 5\n  mode: triple\n');
    const checked = await quorated.run('config', 'check', '--config', bad.configFile);
    expect(checked.code).toBe(78);
    expect(checked.stderr).toContain('error CONFIG_INVALID');
    for (const text of ['etcd.heartbeat', 'etcd.mode', 'triple', `${bad.configFile}:`]) expect(checked.stderr).toContain(text);
    const { ok, problems } = JSON.parse((await quorated.run('config', 'check', '--json', '--config', bad.configFile)).stdout);
    expect([ok, problems.length]).toEqual([false, 2]);
  });

  it('show prints what is in force, flags and defaults included, and no secret', async () => {
    const joining = await host('config3');
    await writeFile(
      joining.configFile,
      `${await readFile(joining.configFile, 'utf8')}cluster_join: { cp_url: "https://127.0.24.152:8443", token: "${TOKEN}", ca_fingerprint: "${FINGERPRINT}" }\n`,
    );
    const shown = await quorated.run('config', 'show', '--config', joining.configFile, '--set', 'etcd.name=other', '--set', 'log.level=debug');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('name: other');
    expect(shown.stdout).toContain('level: debug');
    expect(shown.stdout).toContain('quota_backend_bytes');
    expect(shown.stdout).not.toContain(TOKEN);
    expect((await quorated.run('config', 'show', '--json', '--config', joining.configFile)).stdout).not.toContain(TOKEN);
  });

  it('refuses a --set that is none', async () => {
    const { configFile } = await host('config4');
    expect(await quorated.run('config', 'show', '--config', configFile, '--set', 'etcd.name')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('key=value'),
    });
  });
});

describe('quorated join refuses, before it asks the cluster anything,', () => {
  const join_ = (configFile: string, ...args: readonly string[]) => quorated.run('join', '--config', configFile, '--name', 'n9', ...args);
  const to = ['--cp-url', 'https://127.0.24.152:9', '--ca-fingerprint', FINGERPRINT];

  it.each([
    ['without an address and a fingerprint', ['--token', TOKEN], 'INVALID_INPUT', /missing --cp-url and --ca-fingerprint/],
    ['without a token', to, 'INVALID_INPUT', /exactly one of --token and --token-path/],
    ['with two tokens', [...to, '--token', TOKEN, '--token-path', '/x'], 'INVALID_INPUT', /exactly one of --token and --token-path/],
    ['with an invitation and more', ['--invite', 'qri_x', '--token', TOKEN], 'INVALID_INPUT', /--invite stands alone/],
    [
      'with a fingerprint that is none',
      ['--cp-url', 'https://127.0.24.152:9', '--ca-fingerprint', 'sha256:12', '--token', TOKEN],
      'INVALID_INPUT',
      /fingerprint/,
    ],
    ['with a mistyped token', [...to, '--token', `${TOKEN.slice(0, -1)}${TOKEN.endsWith('a') ? 'b' : 'a'}`], 'JOIN_TOKEN_INVALID', /mistyped/],
    ['with something that is no token', [...to, '--token', 'hunter2'], 'JOIN_TOKEN_INVALID', /not a join token/],
    ['with a token file that is not there', [...to, '--token-path', '/nonexistent'], 'JOIN_TOKEN_INVALID', /\/nonexistent/],
  ] as const)('%s', async (_title, args, code, text) => {
    const { configFile, dataDir } = await host('join1');
    const before = await readFile(configFile, 'utf8');
    const refused = await join_(configFile, ...args);
    expect(refused.stderr).toContain(`error ${code}`);
    expect(refused.stderr).toMatch(text);
    expect(refused.stderr).toContain('to fix:');
    expect(refused.code).not.toBe(0);
    expect(await readFile(configFile, 'utf8')).toBe(before);
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('on a host that is one of several members, unless it is forced', async () => {
    const { configFile, dataDir } = await host('join2');
    const identity = {
      v: 1,
      clusterId: '0123456789abcdef',
      memberName: 'join2',
      generation: 1,
      peerUrl: 'https://127.0.24.151:2380',
      joinId: null,
      hasServed: true,
    } as const;
    await writeIdentity(dataDir, identity);
    const other = { id: 'b', name: 'the-other', peerUrls: [], role: 'voter', replicaUrl: null, publicUrl: null } as const;
    await writeMemberCache(dataDir, [{ ...other, peerUrls: [] }]);
    const refused = await join_(configFile, ...to, '--token', TOKEN);
    expect(refused.stderr).toMatch(/error JOIN_LOCAL_DATA: .*the-other/);
    const forced = await join_(configFile, ...to, '--token', TOKEN, '--force', '--timeout', '1s');
    expect(forced.stderr).toContain('error JOIN_UNREACHABLE');
  });

  it('and changes nothing of the configuration when the cluster cannot be reached', async () => {
    const { configFile } = await host('join3');
    const before = await readFile(configFile, 'utf8');
    const refused = await join_(configFile, ...to, '--token', TOKEN, '--timeout', '1s', '--json');
    expect(JSON.parse(refused.stdout)).toMatchObject({ ok: false, checks: [], error: { code: 'JOIN_UNREACHABLE', hint: expect.any(String) } });
    expect(await readFile(configFile, 'utf8')).toBe(before);
    expect((await readdir(quorated.directory)).filter((name) => name.includes('trial'))).toEqual([]);
  });

  it('and keeps the id of the join for the next try', async () => {
    const { configFile, dataDir } = await host('join4');
    await join_(configFile, ...to, '--token', TOKEN, '--timeout', '1s');
    const first = await readJoinerState(dataDir);
    await join_(configFile, ...to, '--token', TOKEN, '--timeout', '1s');
    expect(first).toMatchObject({ phase: 'requested', name: 'n9' });
    expect((await readJoinerState(dataDir))?.joinId).toBe(first?.joinId);
  });
});

describe('quorated', () => {
  it('tells its version', async () => {
    expect((await quorated.run('version')).stdout).toBe(`quorated ${QUORATE_VERSION}\n`);
    expect((await quorated.run('--version')).stdout).toBe(`${QUORATE_VERSION}\n`);
  });

  it('names what it does not know', async () => {
    const unknown = await quorated.run('serv');
    expect(unknown.code).not.toBe(0);
    expect(unknown.stderr).toContain('serv');
  });
});
