import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findEtcdTool } from './testing/etcd-binary';
import { etcdVersion } from './version';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quorate-etcd-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const script = async (name: string, says: string) => {
  const file = join(directory, name);
  await writeFile(file, `#!/bin/sh\n${says}\n`, { mode: 0o755 });
  return file;
};

describe('the version of etcd', () => {
  it('is read from the real one', async () => {
    const version = await etcdVersion(findEtcdTool('etcd'));
    expect(version).toMatchObject({ major: 3, text: `${version.major}.${version.minor}.${version.patch}` });
  });

  it('is refused by name below 3.5', async () => {
    const old = await script('old', 'echo "etcd Version: 3.4.23"');
    await expect(etcdVersion(old)).rejects.toMatchObject({ code: 'ETCD_VERSION_UNSUPPORTED', data: { version: '3.4.23' } });
  });

  it('is fine above', async () => {
    expect(await etcdVersion(await script('new', 'echo "etcd Version: 3.6.0-rc.1"'))).toEqual({ text: '3.6.0-rc.1', major: 3, minor: 6, patch: 0 });
  });

  it('is not found when the file is missing, cannot be run, or is something else', async () => {
    await writeFile(join(directory, 'data'), 'x', { mode: 0o644 });
    const other = await script('other', 'echo hello');
    for (const file of [join(directory, 'none'), join(directory, 'data'), other])
      await expect(etcdVersion(file)).rejects.toMatchObject({ code: 'ETCD_NOT_FOUND' });
  });
});
