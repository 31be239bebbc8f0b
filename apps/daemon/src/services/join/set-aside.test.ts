import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nameSetAside, putBack, setAside } from './set-aside';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'quorate-set-aside-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const old = () => ({ dataDir, items: [join(dataDir, 'etcd'), join(dataDir, 'identity.json')] });
const fill = async (text: string) => {
  await mkdir(join(dataDir, 'etcd'), { recursive: true });
  await writeFile(join(dataDir, 'etcd', 'wal'), text);
  await writeFile(join(dataDir, 'identity.json'), text);
};

describe('set-aside', () => {
  it('moves what is there, and moving again changes nothing', async () => {
    await fill('old');
    expect(await setAside(old(), 'a')).toHaveLength(2);
    expect(await setAside(old(), 'a')).toEqual([]);
    expect(await readFile(join(dataDir, 'set-aside', 'a', 'etcd', 'wal'), 'utf8')).toBe('old');
    expect(await readdir(dataDir)).toEqual(['set-aside']);
  });

  it('finishes a move that was interrupted between two items', async () => {
    await fill('old');
    await setAside({ dataDir, items: [join(dataDir, 'etcd')] }, 'a');
    expect(await setAside(old(), 'a')).toEqual([join(dataDir, 'identity.json')]);
    expect((await readdir(join(dataDir, 'set-aside', 'a'))).sort()).toEqual(['etcd', 'identity.json']);
  });

  it('puts everything back over what a failed join left', async () => {
    await fill('old');
    await setAside(old(), 'a');
    await fill('new');
    await putBack(old(), 'a');
    expect(await readFile(join(dataDir, 'etcd', 'wal'), 'utf8')).toBe('old');
    expect(await readFile(join(dataDir, 'identity.json'), 'utf8')).toBe('old');
    expect(await readdir(join(dataDir, 'set-aside'))).toEqual([]);
  });

  it('takes along files that lie on another file system, and puts them back there', async (context) => {
    const elsewhere = await mkdtemp('/dev/shm/quorate-set-aside-').catch(() => null);
    if (elsewhere === null || (await stat(elsewhere)).dev === (await stat(dataDir)).dev) return context.skip('needs a second file system');
    try {
      const certFile = join(elsewhere, 'cluster-ca.crt');
      await writeFile(certFile, 'old ca', { mode: 0o600 });
      const items = { dataDir, items: [certFile] };
      expect(await setAside(items, 'a')).toEqual([certFile]);
      expect(await readdir(elsewhere)).toEqual([]);
      await putBack(items, 'a');
      expect(await readFile(certFile, 'utf8')).toBe('old ca');
      expect((await stat(certFile)).mode & 0o777).toBe(0o600);
    } finally {
      await rm(elsewhere, { recursive: true, force: true });
    }
  });

  it('keeps the newest three folders', async () => {
    for (const [day, text] of ['1', '2', '3', '4', '5'].entries()) {
      await fill(text);
      await setAside(old(), nameSetAside(Date.UTC(2026, 0, day + 1)));
    }
    expect((await readdir(join(dataDir, 'set-aside'))).sort()).toEqual(['20260103T000000Z', '20260104T000000Z', '20260105T000000Z']);
  });
});
