import { createHash } from 'node:crypto';
import { access, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAdminToken } from '@quorate/core/join/token';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestEtcd, type TestEtcd } from '../../etcd/testing/start-test-etcd';
import { silentLogger } from '../../kit/logger';
import { createFakeClock } from '../../kit/testing/fake-clock';
import { type AccessStore, createAccessStore } from '../../store/access-store';
import { keys } from '../../store/keys';
import { createAccess } from './admin-token';

const NEVER = new AbortController().signal;

let server: TestEtcd;
beforeAll(async () => {
  server = await startTestEtcd({ address: '127.0.24.131' });
});
afterAll(() => server?.stop());

const directories: string[] = [];
beforeEach(() => server.client.txn({ compares: [], then: [{ kind: 'delete', key: keys.adminToken }] }));
afterEach(async () => {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

/** A replica with a data directory of its own. */
const replica = async (name: string, part: Partial<AccessStore> = {}) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'quorate-access-'));
  directories.push(dataDir);
  const store = { ...createAccessStore(server.client), ...part };
  const create = () => createAccess({ store, clock: createFakeClock(), logger: silentLogger, dataDir, memberName: name });
  const file = join(dataDir, 'admin-token');
  return { dataDir, file, create, access: create(), token: async () => (await readFile(file, 'utf8')).trim() };
};
const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

describe('the administrator token', () => {
  it('is made at the first start, in a file for root alone', async () => {
    const one = await replica('n1');
    await one.access.ensure(NEVER);
    expect(parseAdminToken(await one.token()).ok).toBe(true);
    expect((await stat(one.file)).mode & 0o777).toBe(0o600);
    expect(one.access.isAdminToken(await one.token())).toBe(true);
  });

  it('is known to the cluster as a digest alone', async () => {
    const one = await replica('n1');
    await one.access.ensure(NEVER);
    const token = await one.token();
    const value = new TextDecoder().decode((await server.client.get(keys.adminToken))?.value);
    expect(value).not.toContain(token.slice(-20));
    expect(JSON.parse(value)).toMatchObject({ sha256: createHash('sha256').update(token).digest('hex'), createdBy: 'n1' });
  });

  it('stays the same at every further start', async () => {
    const one = await replica('n1');
    await one.access.ensure(NEVER);
    const token = await one.token();
    await one.create().ensure(NEVER);
    expect(await one.token()).toBe(token);
  });

  it('is good on a second replica, which makes none of its own', async () => {
    const [one, two] = [await replica('n1'), await replica('n2')];
    await one.access.ensure(NEVER);
    await two.access.ensure(NEVER);
    expect(await exists(two.file)).toBe(false);
    expect(two.access.isAdminToken(await one.token())).toBe(true);
  });

  it('is one, also when three replicas of a new cluster begin at the same moment', async () => {
    const replicas = await Promise.all(['n1', 'n2', 'n3'].map((name) => replica(name)));
    await Promise.all(replicas.map((each) => each.access.ensure(NEVER)));
    const files = await Promise.all(replicas.map(({ file }) => exists(file)));
    expect(files.filter(Boolean)).toHaveLength(1);
    const token = await replicas[files.indexOf(true)]?.token();
    for (const { access: each } of replicas) expect(each.isAdminToken(token ?? '')).toBe(true);
  });

  it('that was written before a crash is the one that the next start announces', async () => {
    const died = () => Promise.reject(new Error('died before the cluster knew'));
    const one = await replica('n1', { create: died });
    await expect(one.access.ensure(NEVER)).rejects.toThrow('died');
    const token = await one.token();
    const again = createAccess({
      store: createAccessStore(server.client),
      clock: createFakeClock(),
      logger: silentLogger,
      dataDir: one.dataDir,
      memberName: 'n1',
    });
    await again.ensure(NEVER);
    expect(await one.token()).toBe(token);
    expect(again.isAdminToken(token)).toBe(true);
  });

  it('replaces a file that holds none', async () => {
    const one = await replica('n1');
    await writeFile(one.file, 'changeme\n');
    await one.access.ensure(NEVER);
    expect(one.access.isAdminToken('changeme')).toBe(false);
    expect(one.access.isAdminToken(await one.token())).toBe(true);
  });
});

describe('a presented administrator token', () => {
  it('is nobody’s before the digest is known', async () => {
    const one = await replica('n1');
    for (const token of ['', 'qrt_admin_x', 'undefined', 'null']) expect(one.access.isAdminToken(token)).toBe(false);
  });

  it('must be right to the last character', async () => {
    const one = await replica('n1');
    await one.access.ensure(NEVER);
    const token = await one.token();
    for (const wrong of ['', token.slice(0, -1), `${token}a`, token.toUpperCase(), createHash('sha256').update(token).digest('hex')])
      expect(one.access.isAdminToken(wrong)).toBe(false);
  });
});

describe('a replica that waits for its quorum', () => {
  it('knows the token by the digest of its last run', async () => {
    const one = await replica('n1');
    await one.access.ensure(NEVER);
    const token = await one.token();
    const restarted = one.create();
    expect(restarted.isAdminToken(token)).toBe(false);
    await restarted.loadCached();
    expect(restarted.isAdminToken(token)).toBe(true);
    expect((await stat(join(one.dataDir, 'admin-token.sha256'))).mode & 0o777).toBe(0o600);
  });

  it('knows none when that digest is missing or no digest', async () => {
    const one = await replica('n1');
    await one.access.loadCached();
    expect(one.access.isAdminToken('')).toBe(false);
    await writeFile(join(one.dataDir, 'admin-token.sha256'), 'short');
    await one.access.loadCached();
    expect(one.access.isAdminToken('')).toBe(false);
  });

  it('believes the cluster before its own memory', async () => {
    const [one, two] = [await replica('n1'), await replica('n2')];
    await one.access.ensure(NEVER);
    await writeFile(join(two.dataDir, 'admin-token.sha256'), `${createHash('sha256').update('old').digest('hex')}\n`);
    await two.access.loadCached();
    expect(two.access.isAdminToken('old')).toBe(true);
    await two.access.ensure(NEVER);
    await two.access.loadCached();
    expect(two.access.isAdminToken('old')).toBe(false);
    expect(two.access.isAdminToken(await one.token())).toBe(true);
  });
});
