import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFileIfExists, removeFile, writeFileAtomic } from './atomic-file';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quorate-atomic-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('writeFileAtomic', () => {
  it('writes and replaces, owner-only unless told otherwise, and leaves nothing beside the file', async () => {
    const path = join(dir, 'a.json');
    await writeFileAtomic(path, 'one');
    await writeFileAtomic(path, Buffer.from('two'));
    expect(await readFileIfExists(path)).toBe('two');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFileAtomic(path, 'three', { mode: 0o644 });
    expect((await stat(path)).mode & 0o777).toBe(0o644);
    expect(await readdir(dir)).toEqual(['a.json']);
  });

  it('keeps the old file and leaves no temporary file when it fails', async () => {
    const path = join(dir, 'target');
    await mkdir(join(path, 'inside'), { recursive: true });
    await expect(writeFileAtomic(path, 'x')).rejects.toMatchObject({ code: expect.stringMatching(/EISDIR|ENOTEMPTY|EEXIST/) });
    expect(await readdir(dir)).toEqual(['target']);
    expect(await readdir(path)).toEqual(['inside']);
  });

  it('removes what crashed writers of the same file left, and nothing else', async () => {
    const left = ['.a.json.4194999.0123456789ab.tmp', `.a.json.${process.pid}.aaaaaaaaaaaa.tmp`];
    const kept = [`.a.json.${process.pid}.bbbbbbbbbbbb.tmp`, '.b.json.4194999.0123456789ab.tmp', '.a.json.notes.tmp'];
    for (const name of [...left, ...kept]) await writeFile(join(dir, name), '');
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(dir, left[1] ?? ''), longAgo, longAgo);
    await writeFileAtomic(join(dir, 'a.json'), 'x');
    expect((await readdir(dir)).sort()).toEqual([...kept, 'a.json'].sort());
  });

  it('lets concurrent writers of one file each replace it as a whole', async () => {
    const path = join(dir, 'a');
    const contents = Array.from({ length: 8 }, (_, i) => String(i).repeat(20_000));
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    expect(contents).toContain(await readFileIfExists(path));
    expect(await readdir(dir)).toEqual(['a']);
  });
});

describe('readFileIfExists and removeFile', () => {
  it('take a missing file for what it is', async () => {
    expect(await readFileIfExists(join(dir, 'no', 'file'))).toBeNull();
    await removeFile(join(dir, 'no', 'file'));
    await expect(readFileIfExists(dir)).rejects.toMatchObject({ code: 'EISDIR' });
  });
});
