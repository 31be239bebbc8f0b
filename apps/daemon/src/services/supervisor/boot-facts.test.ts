import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { observeBoot } from './boot-facts';
import { type Identity, readIdentity, writeIdentity } from './identity';

const IDENTITY: Identity = {
  v: 1,
  clusterId: '0123456789abcdef',
  memberName: 'n1',
  generation: 2,
  peerUrl: 'https://127.0.24.200:2380',
  joinId: null,
  hasServed: true,
};

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'quorate-boot-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const observe = () =>
  observeBoot({
    mode: 'single',
    configuredName: 'n1',
    dataDir,
    etcdDir: join(dataDir, 'etcd'),
    caCertFile: join(dataDir, 'ca.crt'),
    caKeyFile: join(dataDir, 'ca.key'),
    pendingJoin: null,
  });

describe('a look at the disk before a boot', () => {
  it('finds nothing on an empty host, and leaves it empty', async () => {
    expect(await observe()).toMatchObject({ hasWal: false, identity: null, hasCaCert: false, hasCaKey: false });
    expect(await readdir(dataDir)).toEqual([]);
  });

  it('finds identity, data and CA', async () => {
    await writeIdentity(dataDir, IDENTITY);
    await mkdir(join(dataDir, 'etcd', 'member', 'wal'), { recursive: true });
    await writeFile(join(dataDir, 'etcd', 'member', 'wal', '0000000000000000-0000000000000000.wal'), '');
    await writeFile(join(dataDir, 'ca.crt'), '');
    await writeFile(join(dataDir, 'ca.key'), '');
    expect(await observe()).toMatchObject({ hasWal: true, identity: IDENTITY, hasCaCert: true, hasCaKey: true });
  });

  it('takes a member directory without a write-ahead log for what it is: no member yet', async () => {
    await mkdir(join(dataDir, 'etcd', 'member', 'wal.tmp'), { recursive: true });
    await mkdir(join(dataDir, 'etcd', 'member', 'wal'), { recursive: true });
    await writeFile(join(dataDir, 'etcd', 'member', 'wal', '0.tmp'), '');
    expect((await observe()).hasWal).toBe(false);
  });
});

describe('identity.json', () => {
  it('comes back as it was written', async () => {
    expect(await readIdentity(dataDir)).toBeNull();
    await writeIdentity(dataDir, IDENTITY);
    expect(await readIdentity(dataDir)).toEqual(IDENTITY);
  });

  it.each([
    ['no JSON', '{'],
    ['of another version', '{"v":2}'],
    ['of a name that cannot be', JSON.stringify({ ...IDENTITY, memberName: '-' })],
  ])('that is %s is DATA_DIR_DAMAGED, never a new member', async (_title, text) => {
    await writeFile(join(dataDir, 'identity.json'), text);
    await expect(observe()).rejects.toMatchObject({ code: 'DATA_DIR_DAMAGED', data: { file: join(dataDir, 'identity.json') } });
  });
});
