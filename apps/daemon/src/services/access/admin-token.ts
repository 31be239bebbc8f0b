/**
 * The administrator token: made at first start, valid on every replica. Its plaintext lies in one file (0600) in the data directory of the
 * replica that made it; the cluster holds only the SHA-256.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { formatAdminToken, parseAdminToken, TOKEN_SECRET_BYTES } from '@quorate/core/join/token';
import { readFileIfExists, removeFile, writeFileAtomic } from '../../kit/atomic-file';
import type { Clock } from '../../kit/clock';
import type { Logger } from '../../kit/logger';
import type { AccessStore } from '../../store/access-store';

type AccessDeps = { readonly store: AccessStore; readonly clock: Clock; readonly logger: Logger; readonly dataDir: string; readonly memberName: string };

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

export const createAccess = (deps: AccessDeps) => {
  const file = join(deps.dataDir, 'admin-token');
  const digestFile = join(deps.dataDir, 'admin-token.sha256');
  let digest: Buffer | null = null;

  const load = async (read: { signal: AbortSignal; serializable?: boolean }): Promise<boolean> => {
    const row = await deps.store.get(read);
    if (!row) return false;
    digest = Buffer.from(row.sha256, 'hex');
    await writeFileAtomic(digestFile, `${row.sha256}\n`);
    return true;
  };

  return {
    load,
    /** The digest of the last run, so that the page can be read while this replica's etcd still waits for a quorum. */
    loadCached: async (): Promise<void> => {
      const text = (await readFileIfExists(digestFile))?.trim() ?? '';
      if (digest === null && /^[0-9a-f]{64}$/.test(text)) digest = Buffer.from(text, 'hex');
    },
    /** Makes the token when the cluster has none. The file is written first, so that a crash in between loses nothing. */
    ensure: async (signal: AbortSignal): Promise<void> => {
      if (await load({ signal })) return;
      const kept = parseAdminToken((await readFileIfExists(file)) ?? '');
      const token = kept.ok ? kept.plaintext : formatAdminToken(randomBytes(TOKEN_SECRET_BYTES));
      await writeFileAtomic(file, `${token}\n`, { mode: 0o600 });
      const row = { v: 1 as const, sha256: sha256(token).toString('hex'), createdAtMs: deps.clock.now(), createdBy: deps.memberName };
      if (!(await deps.store.create(row, { signal }))) await removeFile(file);
      else deps.logger.info({ file }, 'administrator token created');
      await load({ signal });
    },
    /** True once the digest is here. */
    isKnown: (): boolean => digest !== null,
    isAdminToken: (token: string): boolean => digest !== null && timingSafeEqual(sha256(token), digest),
  };
};
