import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMemberCache, writeMemberCache } from './member-cache';
import { makeMember } from './testing/made-up-facts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'quorate-cache-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

describe('remembered members', () => {
  it('come back as they were written', async () => {
    const members = [makeMember('a'), makeMember('b', { role: 'learner', replicaUrl: null, publicUrl: null })];
    await writeMemberCache(dataDir, members);
    expect(await readMemberCache(dataDir)).toEqual(members);
  });

  it.each([
    ['there is none', null],
    ['it is empty', ''],
    ['it is cut off', '{"v":1,"members":[{"id":"a"'],
    ['it is of another version', '{"v":2,"members":[]}'],
  ])('are nobody when %s: a memory never keeps a replica from starting', async (_title, text) => {
    if (text !== null) await writeFile(join(dataDir, 'members.json'), text);
    expect(await readMemberCache(dataDir)).toEqual([]);
  });
});
