import { join } from 'node:path';
import { type KnownMember, KnownMemberSchema } from '@quorate/core/join/join-record';
import { z } from 'zod';
import { readFileIfExists, writeFileAtomic } from '../../kit/atomic-file';

/** What a replica remembers of the others on disk, so that it can find and show them while its own etcd does not answer. */
const MemberCacheSchema = z.object({ v: z.literal(1), members: z.array(KnownMemberSchema) });
export type CachedMember = KnownMember;

const cacheFile = (dataDir: string): string => join(dataDir, 'members.json');

/** Remembered members; empty when there are none. A damaged cache is no cache. */
export const readMemberCache = async (dataDir: string): Promise<readonly CachedMember[]> => {
  const text = await readFileIfExists(cacheFile(dataDir));
  if (text === null) return [];
  try {
    return MemberCacheSchema.parse(JSON.parse(text)).members;
  } catch {
    return [];
  }
};

export const writeMemberCache = (dataDir: string, members: readonly CachedMember[]): Promise<void> =>
  writeFileAtomic(cacheFile(dataDir), `${JSON.stringify({ v: 1, members }, null, 2)}\n`);
