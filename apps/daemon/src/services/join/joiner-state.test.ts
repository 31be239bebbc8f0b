import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publicKeySha256 } from '../../pki/chain';
import { joinDir, loadJoinKey, newJoinerState, readJoinerState, removeJoinerState, writeJoinerState } from './joiner-state';
import { makeDataDir, removeDataDir } from './testing/installing-host';

let dataDir: string;
beforeEach(async () => {
  dataDir = await makeDataDir();
});
afterEach(() => removeDataDir(dataDir));

describe('the sidecar of a join', () => {
  it('is not there when no join is under way', async () => {
    expect(await readJoinerState(dataDir)).toBeNull();
    expect(await readJoinerState(join(dataDir, 'nowhere'))).toBeNull();
  });

  it('comes back as it was written', async () => {
    const state = newJoinerState('n1', true);
    expect(await writeJoinerState(dataDir, state)).toEqual(state);
    expect(await readJoinerState(dataDir)).toEqual(state);
    const named = { ...state, setAside: '20260101T000000Z' };
    await writeJoinerState(dataDir, named);
    expect(await readJoinerState(dataDir)).toEqual(named);
  });

  it('begins with an id that no other join has', () => {
    const ids = Array.from({ length: 100 }, () => newJoinerState('n1', false).joinId);
    expect(new Set(ids).size).toBe(100);
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is for root alone', async () => {
    await writeJoinerState(dataDir, newJoinerState('n1', true));
    await loadJoinKey(dataDir);
    expect((await stat(joinDir(dataDir))).mode & 0o777).toBe(0o700);
    for (const file of await readdir(joinDir(dataDir))) expect((await stat(join(joinDir(dataDir), file))).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['is empty', ''],
    ['is cut off', '{"v":1,"joinId":"'],
    ['is of another version', '{"v":2}'],
  ])('that %s is DATA_DIR_DAMAGED with what to remove, never silently a new join', async (_title, text) => {
    await mkdir(joinDir(dataDir), { recursive: true });
    await writeFile(join(joinDir(dataDir), 'state.json'), text);
    await expect(readJoinerState(dataDir)).rejects.toMatchObject({ code: 'DATA_DIR_DAMAGED', hint: expect.stringContaining(joinDir(dataDir)) });
  });

  it('goes as a whole, key included; going twice is no error', async () => {
    await writeJoinerState(dataDir, newJoinerState('n1', true));
    await loadJoinKey(dataDir);
    await removeJoinerState(dataDir);
    await removeJoinerState(dataDir);
    expect(await readdir(dataDir)).toEqual([]);
  });
});

describe('the key of a join', () => {
  it('is made once, and the same after every restart', async () => {
    const first = await loadJoinKey(dataDir);
    expect(await loadJoinKey(dataDir)).toBe(first);
    expect(await readFile(join(joinDir(dataDir), 'join.key'), 'utf8')).toBe(first);
    expect(publicKeySha256(first)).toMatch(/^[0-9a-f]{64}$/);
  });
});
