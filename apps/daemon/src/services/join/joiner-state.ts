/**
 * The joiner's sidecar: what a crash at any line leaves behind, so that the same command goes on. Lies in <data_dir>/join, beside nothing
 * that etcd owns. The joiner's one private key is made here and never leaves this host.
 */
import { generateKeyPair } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MemberNameSchema } from '@quorate/core/cluster/member';
import { AppError } from '@quorate/core/errors/app-error';
import { JoinIdSchema } from '@quorate/core/join/saga';
import { CommitResponseSchema } from '@quorate/core/join/wire';
import { z } from 'zod';
import { readFileIfExists, syncDirectory, writeFileAtomic } from '../../kit/atomic-file';
import { randomHex } from '../../kit/ids';

/**
 * - `requested`: asked for; nothing on disk has changed
 * - `admitted`: the cluster's answer is here; local data is still in place
 * - `cleared`: local data is set aside
 * - `installed`: the new identity and certificates are in place
 * - `started`: etcd ran as a learner; from here on its write-ahead log decides
 * - `undoing`: the join is being taken back; what it installed is being removed
 * - `restoring`: nothing of it is left; what was set aside is being put back
 */
const JoinerPhaseSchema = z.enum(['requested', 'admitted', 'cleared', 'installed', 'started', 'undoing', 'restoring']);

const JoinerStateSchema = z.object({
  v: z.literal(1),
  joinId: JoinIdSchema,
  phase: JoinerPhaseSchema,
  name: MemberNameSchema,
  /** True when the operator asked to replace the data of this host (`quorated join`). */
  replaceLocalData: z.boolean(),
  /** Name of the folder below set-aside/ that takes the old data; fixed before the first file moves. */
  setAside: z.string().nullable(),
  answer: CommitResponseSchema.nullable(),
});
export type JoinerState = z.infer<typeof JoinerStateSchema>;

export const joinDir = (dataDir: string): string => join(dataDir, 'join');
const stateFile = (dataDir: string): string => join(joinDir(dataDir), 'state.json');
const keyFile = (dataDir: string): string => join(joinDir(dataDir), 'join.key');

/** The sidecar; null when no join is under way. Throws DATA_DIR_DAMAGED when it cannot be understood. */
export const readJoinerState = async (dataDir: string): Promise<JoinerState | null> => {
  const text = await readFileIfExists(stateFile(dataDir));
  if (text === null) return null;
  try {
    return JoinerStateSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new AppError('DATA_DIR_DAMAGED', {
      message: `${stateFile(dataDir)} is not readable`,
      cause: error,
      hint: `Remove ${joinDir(dataDir)} and run "quorated join" again.`,
    });
  }
};

export const writeJoinerState = async (dataDir: string, state: JoinerState): Promise<JoinerState> => {
  await mkdir(joinDir(dataDir), { recursive: true, mode: 0o700 });
  await writeFileAtomic(stateFile(dataDir), `${JSON.stringify(state, null, 2)}\n`);
  return state;
};

/** A join that was just asked for, with an id of its own. */
export const newJoinerState = (name: string, replaceLocalData: boolean): JoinerState => ({
  v: 1,
  joinId: randomHex(16),
  phase: 'requested',
  name,
  replaceLocalData,
  setAside: null,
  answer: null,
});

/** The join is over: sidecar and key copy go (the key lives on in the certificates' directory). */
export const removeJoinerState = async (dataDir: string): Promise<void> => {
  await rm(joinDir(dataDir), { recursive: true, force: true });
  await syncDirectory(dataDir);
};

/** The joiner's RSA key, made once per join. PKCS#8 PEM. */
export const loadJoinKey = async (dataDir: string): Promise<string> => {
  const kept = await readFileIfExists(keyFile(dataDir));
  if (kept !== null) return kept;
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await mkdir(joinDir(dataDir), { recursive: true, mode: 0o700 });
  await writeFileAtomic(keyFile(dataDir), privateKey);
  return privateKey;
};
