import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@quorate/core/errors/app-error';
import { formatJoinToken } from '@quorate/core/join/token';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConfigProblem, formatConfigProblem } from './config-problem';
import { chooseConfigPath, DEFAULT_CONFIG_PATH, type LoadConfigOptions, type LoadedConfig, loadConfig } from './load-config';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quorate-config-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

type Given = { yaml?: string; env?: LoadConfigOptions['env']; flags?: LoadConfigOptions['flags'] };

const load = async ({ yaml, env = {}, flags = {} }: Given): Promise<LoadedConfig> => {
  const path = join(dir, yaml === undefined ? 'missing.yaml' : 'quorate.yaml');
  if (yaml !== undefined) await writeFile(path, yaml);
  return loadConfig({ path, explicitPath: yaml !== undefined, env, flags });
};

/** The printed problems, with the directory cut off. */
const problemsOf = async (given: Given): Promise<string[]> => {
  const error = await load(given).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`expected a refusal, got ${String(error)}`);
  expect(error.code).toBe('CONFIG_INVALID');
  const problems = error.data.problems as ConfigProblem[];
  for (const problem of problems) expect(error.message).toContain(formatConfigProblem(problem));
  return problems.map((problem) => formatConfigProblem(problem).replaceAll(`${dir}/`, ''));
};

describe('loadConfig', () => {
  it('uses all defaults when the default file is missing', async () => {
    const { config, file, sources } = await load({});
    expect(config.etcd).toMatchObject({ mode: 'single', name: 'quorate-0', peer_url: 'auto' });
    expect(config.membership.evict_after).toBe(300_000);
    expect(file).toBeNull();
    expect(sources).toEqual({});
  });

  it('refuses a missing file that somebody named', async () => {
    const path = join(dir, 'nowhere.yaml');
    await expect(loadConfig({ path, explicitPath: true, env: {}, flags: {} })).rejects.toThrow(`${path}: there is no such file`);
  });

  it('refuses a file that cannot be read, with the reason as cause', async () => {
    await expect(loadConfig({ path: dir, explicitPath: false, env: {}, flags: {} })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      cause: expect.objectContaining({ code: 'EISDIR' }),
    });
  });

  it('lets flags win over the environment, the environment over the file, the file over defaults', async () => {
    const { config, sources } = await load({
      yaml: 'etcd:\n  name: of-file\n  cluster_token: of-file\nlog:\n  level: warn\n',
      env: { QUORATE_ETCD__NAME: 'of-env', QUORATE_ETCD__CLUSTER_TOKEN: 'of-env', PATH: '/bin' },
      flags: { 'etcd.name': 'of-flag' },
    });
    expect([config.etcd.name, config.etcd.cluster_token, config.log.level, config.etcd.mode]).toEqual(['of-flag', 'of-env', 'warn', 'single']);
    expect(sources).toEqual({
      'etcd.name': { from: 'flag', flag: '--set' },
      'etcd.cluster_token': { from: 'environment', variable: 'QUORATE_ETCD__CLUSTER_TOKEN' },
      'log.level': { from: 'file', file: join(dir, 'quorate.yaml'), line: 5 },
    });
  });

  it('reads numbers, booleans and durations from text', async () => {
    const { config } = await load({
      env: {
        QUORATE_MEMBERSHIP__PROMOTE_MAX_LAG: '50',
        QUORATE_LISTENERS__PUBLIC__BEHIND_PROXY: 'true',
        QUORATE_LISTENERS__PUBLIC__TLS: 'off',
        QUORATE_DATA_DIR: '/data',
      },
      flags: { 'membership.evict_after': '20s', 'etcd.name': '1' },
    });
    expect(config.membership).toMatchObject({ promote_max_lag: 50, evict_after: 20_000 });
    expect(config.listeners.public).toMatchObject({ behind_proxy: true, tls: 'off' });
    expect([config.data_dir, config.etcd.name]).toEqual(['/data', '1']);
  });

  it('leaves the variables of the commands to the commands', async () => {
    expect((await load({ env: { QUORATE_CONFIG: '/x', QUORATE_ENDPOINTS: 'https://h', QUORATE_TOKEN: 't', QUORATE_FAILPOINT: 'p' } })).sources).toEqual({});
  });

  it('is frozen all the way down', async () => {
    const { config } = await load({ yaml: 'etcd: { name: n1 }\n' });
    expect(() => Object.assign(config.etcd, { name: 'other' })).toThrow(TypeError);
    expect(() => Object.assign(config.listeners.public, { tls: 'off' })).toThrow(TypeError);
  });

  it.each(['', '# nothing yet\n', '---\n', 'etcd:\n  # name: n1\nworkers:\n', 'etcd:\n  name:\n'])(
    'takes a file that sets nothing as all defaults: %j',
    async (yaml) => {
      expect((await load({ yaml })).config.etcd.name).toBe('quorate-0');
    },
  );
});

describe('loadConfig refuses', () => {
  const TOKEN = formatJoinToken({ id: 'abcdefghij', secret: new Uint8Array(32) });

  it.each<[string, Given, string[]]>([
    [
      'a wrong value by line, key, value and rule',
      { yaml: '# mine\netcd:\n  peer_url: http://10.0.0.12:2380\n' },
      ['quorate.yaml:3 etcd.peer_url = "http://10.0.0.12:2380": must be https: peer traffic is always mutual TLS'],
    ],
    [
      'an unknown key with the one that was meant',
      { yaml: 'etcd:\n  pear_url: auto\n' },
      ['quorate.yaml:2 etcd.pear_url: no such key; did you mean etcd.peer_url?'],
    ],
    ['a key in the wrong group', { yaml: 'peer_url: auto\n' }, ['quorate.yaml:1 peer_url: no such key; did you mean etcd.peer_url?']],
    ['an unknown group', { yaml: 'listener:\n  public: {}\n' }, ['quorate.yaml:1 listener: no such key; did you mean listeners?']],
    ['a key like nothing', { yaml: 'etcd:\n  zzzzzzzzzzz: 1\n' }, ['quorate.yaml:2 etcd.zzzzzzzzzzz: no such key']],
    ['a number where text belongs', { yaml: 'etcd:\n  name: 7\n' }, ['quorate.yaml:2 etcd.name = 7: must be a text; put it in quotes']],
    [
      'text where a number belongs',
      { yaml: 'membership: { promote_max_lag: many }\n' },
      ['quorate.yaml:1 membership.promote_max_lag = "many": must be a whole number'],
    ],
    [
      'a number out of range',
      { yaml: 'membership:\n  promote_max_lag: 0\n' },
      ['quorate.yaml:2 membership.promote_max_lag = 0: must be between 1 and 1000000'],
    ],
    ['a fraction', { yaml: 'membership:\n  promote_max_lag: 1.5\n' }, ['quorate.yaml:2 membership.promote_max_lag = 1.5: must be a whole number']],
    [
      'a duration without unit',
      { yaml: 'membership:\n  evict_after: 300\n' },
      ['quorate.yaml:2 membership.evict_after = 300: a duration is a whole number and a unit: 500ms, 30s, 15m, 6h, 7d'],
    ],
    [
      'a negative duration',
      { yaml: 'workers:\n  backup:\n    interval: -6h\n' },
      ['quorate.yaml:3 workers.backup.interval = "-6h": a duration is a whole number and a unit: 500ms, 30s, 15m, 6h, 7d'],
    ],
    ['a mode that does not exist', { yaml: 'etcd:\n  mode: multi\n' }, ['quorate.yaml:2 etcd.mode = "multi": must be one of single, bootstrap, join']],
    ['a yes for true', { yaml: 'workers:\n  backup:\n    enabled: yes\n' }, ['quorate.yaml:3 workers.backup.enabled = "yes": must be true or false']],
    ['text where a group belongs', { yaml: 'etcd: single\n' }, ['quorate.yaml:1 etcd = "single": must be a group of keys']],
    ['a list where a group belongs', { yaml: 'etcd:\n  - mode: single\n' }, ['quorate.yaml:1 etcd = [{"mode":"single"}]: must be a group of keys']],
    ['an empty text', { yaml: 'data_dir: ""\n' }, ['quorate.yaml:1 data_dir = "": must not be empty']],
    [
      'a missing key at the group that lacks it',
      { yaml: 'log: {}\ncluster_join:\n  timeout: 5s\n' },
      ['quorate.yaml:2 cluster_join.cp_url: is required: Replica listener of the cluster, https://host:8443; several separated by commas.'],
    ],
    [
      'a missing block at the file',
      { yaml: 'etcd:\n  mode: join\n' },
      ['quorate.yaml cluster_join: is required in mode join: cp_url, ca_fingerprint, and token_path or token'],
    ],
    ['a key given twice', { yaml: 'etcd:\n  name: a\n  name: b\n' }, ['quorate.yaml:3: not valid YAML: this key is given twice in its group']],
    ['a text that is no mapping', { yaml: 'just words\n' }, ['quorate.yaml:1: must be a mapping of keys, such as "etcd:" with "mode: single" below it']],
    ['a mistyped variable', { env: { QUORATE_ETCD__PEERURL: 'auto' } }, ['QUORATE_ETCD__PEERURL: no such variable; did you mean QUORATE_ETCD__PEER_URL?']],
    ['a variable like nothing', { env: { QUORATE_ZZ: '1' } }, ['QUORATE_ZZ: no such variable: remove it, all that begin with QUORATE_ are ours']],
    [
      'a wrong value in the environment',
      { env: { QUORATE_LOG__LEVEL: 'loud' } },
      ['QUORATE_LOG__LEVEL log.level = "loud": must be one of debug, info, warn, error'],
    ],
    [
      'a boolean in the environment that is none',
      { env: { QUORATE_LISTENERS__PUBLIC__BEHIND_PROXY: '1' } },
      ['QUORATE_LISTENERS__PUBLIC__BEHIND_PROXY listeners.public.behind_proxy = "1": must be true or false'],
    ],
    ['an unknown flag', { flags: { 'etcd.nam': 'x' } }, ['--set etcd.nam: no such key; did you mean etcd.name?']],
    [
      'a wrong value in a flag',
      { flags: { 'etcd.client_url': 'http://127.0.0.1:2379' } },
      ['--set etcd.client_url = "http://127.0.0.1:2379": must be https: only this daemon may speak to its etcd, with its own certificate'],
    ],
    [
      'a secret without showing it',
      { env: { QUORATE_CLUSTER_JOIN__CP_URL: 'https://h:8443', QUORATE_CLUSTER_JOIN__TOKEN: 'hunter2' } },
      ['QUORATE_CLUSTER_JOIN__TOKEN cluster_join.token = (hidden): is not a join token (qrt_join_…), or a character of it is wrong: copy it again'],
    ],
    [
      'a socket path that the system cannot hold',
      { flags: { data_dir: `/${'d'.repeat(120)}` } },
      [
        `listeners.admin_socket.path: would be /${'d'.repeat(120)}/admin.sock, 132 bytes long; a socket path holds 107. Name a shorter one (data_dir is /${'d'.repeat(120)})`,
      ],
    ],
  ])('%s', async (_title, given, expected) => {
    expect(await problemsOf(given)).toEqual(expected);
  });

  it('everything that is wrong at once, in the order of the file', async () => {
    const yaml = 'etcd:\n  mode: bootstrap\n  nam: n1\n  client_url: https://10.0.0.1:2379\nlog:\n  level: loud\n';
    expect(await problemsOf({ yaml, env: { QUORATE_X: '1' }, flags: { 'membership.evict_after': '1s' } })).toEqual([
      'quorate.yaml:1 etcd.initial_cluster: is required in mode bootstrap: all members, "n0=https://10.0.0.10:2380,n1=https://10.0.0.11:2380"',
      'quorate.yaml:3 etcd.nam: no such key; did you mean etcd.name?',
      'quorate.yaml:4 etcd.client_url = "https://10.0.0.1:2379": must be on a loopback address (127.0.0.0/8, ::1 or localhost): nobody else speaks to this etcd',
      'quorate.yaml:6 log.level = "loud": must be one of debug, info, warn, error',
      'QUORATE_X: no such variable: remove it, all that begin with QUORATE_ are ours',
      '--set membership.evict_after = "1s": must be longer than membership.promote_interval (15s): a learner would be removed before it could be promoted',
    ]);
  });

  it('does not apply rules about a key whose value is not even readable', async () => {
    expect(await problemsOf({ yaml: `etcd:\n  mode: joyn\n  initial_cluster: n0=https://a:1\n` })).toEqual([
      'quorate.yaml:2 etcd.mode = "joyn": must be one of single, bootstrap, join',
    ]);
  });

  it.each([
    ['etcd:\n\tmode: single\n', 2],
    ['etcd:\n  mode: [single\n', 3],
    ['etcd: "open\n', 2],
    ['etcd: !custom x\n', 1],
  ])('YAML that is none, by line: %j', async (yaml, line) => {
    const problems = await problemsOf({ yaml });
    expect(problems.join('\n')).toMatch(new RegExp(`^quorate\\.yaml:${line}: not valid YAML: \\S`, 'm'));
    expect(problems.join('\n')).not.toContain('etcd.');
  });

  it('aliases that would grow without bound', async () => {
    const levels = Array.from({ length: 9 }, (_, n) => `k${n}: &a${n} [${Array.from({ length: 9 }, () => (n === 0 ? 'x' : `*a${n - 1}`)).join(', ')}]`);
    expect((await problemsOf({ yaml: `${levels.join('\n')}\n` })).join('\n')).toMatch(/not valid YAML: more than 32 aliases/);
  });

  it('and never prints a token, wherever it was put', async () => {
    const yaml = `etcd:\n  name: ${TOKEN}\n  tokn: ${TOKEN}\ncluster_join:\n  cp_url: ${TOKEN}\n  token: ${TOKEN}x\n  token_path: ${TOKEN}\n`;
    const problems = await problemsOf({ yaml });
    expect(problems.length).toBeGreaterThan(4);
    expect(problems.join('\n')).not.toContain(TOKEN.slice(12));
  });
});

describe('chooseConfigPath', () => {
  it('prefers the flag, then QUORATE_CONFIG, then the default', () => {
    expect(chooseConfigPath('/a', { QUORATE_CONFIG: '/b' })).toEqual({ path: '/a', explicitPath: true });
    expect(chooseConfigPath(undefined, { QUORATE_CONFIG: '/b' })).toEqual({ path: '/b', explicitPath: true });
    expect(chooseConfigPath(undefined, {})).toEqual({ path: DEFAULT_CONFIG_PATH, explicitPath: false });
  });
});
