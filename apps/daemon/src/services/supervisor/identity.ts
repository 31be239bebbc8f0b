import { join } from 'node:path';
import { MemberNameSchema } from '@quorate/core/cluster/member';
import { AppError } from '@quorate/core/errors/app-error';
import { z } from 'zod';
import { readFileIfExists, writeFileAtomic } from '../../kit/atomic-file';

/** Who this data directory belongs to. Written before etcd first starts, never by anything but a boot or a join. */
const IdentitySchema = z.object({
  v: z.literal(1),
  clusterId: z.string().regex(/^[0-9a-f]{16}$/),
  memberName: MemberNameSchema,
  /** Raised by every restore or recovery; the peer certificate carries it. */
  generation: z.number().int().positive(),
  /** Peer URL at the last boot; for people who look at this file. */
  peerUrl: z.string(),
  /** The join that made this replica; null for one that started a cluster. */
  joinId: z.string().nullable(),
  /** Whether etcd ever served under this identity. Only then do missing data mean a loss, and not a first start that failed. */
  hasServed: z.boolean(),
});
export type Identity = z.infer<typeof IdentitySchema>;

const identityFile = (dataDir: string): string => join(dataDir, 'identity.json');

/** The identity in the data directory, null when there is none. Throws DATA_DIR_DAMAGED when the file cannot be understood. */
export const readIdentity = async (dataDir: string): Promise<Identity | null> => {
  const file = identityFile(dataDir);
  const text = await readFileIfExists(file);
  if (text === null) return null;
  try {
    return IdentitySchema.parse(JSON.parse(text));
  } catch (error) {
    throw new AppError('DATA_DIR_DAMAGED', { message: `${file} is not a readable identity`, cause: error, data: { file } });
  }
};

export const writeIdentity = (dataDir: string, identity: Identity): Promise<void> =>
  writeFileAtomic(identityFile(dataDir), `${JSON.stringify(identity, null, 2)}\n`, { mode: 0o600 });
