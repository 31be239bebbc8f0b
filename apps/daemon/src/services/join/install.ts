/** Puts the cluster's answer in place of whatever this host held: old data aside, then CA, certificates and identity. Repeatable. */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@quorate/core/errors/app-error';
import { writeFileAtomic } from '../../kit/atomic-file';
import type { Failpoint } from '../../kit/failpoint';
import { leafFiles } from '../../pki/leaf-files';
import { type JoinerState, loadJoinKey, writeJoinerState } from './joiner-state';
import { nameSetAside, putBack, setAside } from './set-aside';

/** Where a replica's identity lives. */
export type InstallPaths = {
  readonly dataDir: string;
  readonly etcdDir: string;
  readonly caCertFile: string;
  readonly caKeyFile: string;
  readonly pkiDir: string;
};

export type InstallDeps = {
  readonly paths: InstallPaths;
  readonly nowMs: number;
  readonly failpoint: Failpoint;
  readonly report: (line: string) => void;
  /** Writes identity.json; the last step. */
  readonly writeIdentity: (state: JoinerState) => Promise<void>;
};

/** What etcd itself makes in its data directory; that one may be a volume of its own, which cannot be renamed. */
export const memberDirOf = ({ etcdDir }: Pick<InstallPaths, 'etcdDir'>): string => join(etcdDir, 'member');

/** What makes this host the member that it is. */
const itemsOf = (paths: InstallPaths): { dataDir: string; items: string[] } => ({
  dataDir: paths.dataDir,
  items: [
    ...new Set([
      join(paths.dataDir, 'identity.json'),
      memberDirOf(paths),
      paths.pkiDir,
      paths.caKeyFile,
      paths.caCertFile,
      join(paths.dataDir, 'members.json'),
      join(paths.dataDir, 'admin-token'),
      join(paths.dataDir, 'admin-token.sha256'),
    ]),
  ],
});

/** Installs an admitted join. Resolves to the state with phase `installed`. */
export const installAnswer = async (deps: InstallDeps, state: JoinerState): Promise<JoinerState> => {
  const { answer } = state;
  if (answer === null) throw new AppError('INTERNAL', { message: 'nothing to install: the cluster has not answered yet' });
  if (state.phase === 'installed' || state.phase === 'started') return state;
  const cleared = state.phase === 'cleared' ? state : await clear(deps, state);
  await writeFileAtomic(await inDirectory(deps.paths.caCertFile), answer.caCertPem);
  const keyPem = await loadJoinKey(deps.paths.dataDir);
  const files = leafFiles(deps.paths.pkiDir);
  const leaves = { peer: answer.certificates.peerPem, replica: answer.certificates.replicaPem, server: answer.certificates.serverPem };
  for (const kind of ['peer', 'replica', 'server'] as const) {
    // Behind the leaf the CA, so that whoever knows only its fingerprint can see it; etcd wants the leaf alone.
    const chain = kind === 'peer' ? leaves[kind] : `${leaves[kind].trimEnd()}\n${answer.caCertPem}`;
    await writeFileAtomic(await inDirectory(files[kind].certFile), chain);
    await writeFileAtomic(files[kind].keyFile, keyPem);
  }
  await deps.writeIdentity(cleared);
  const installed = await writeJoinerState(deps.paths.dataDir, { ...cleared, phase: 'installed' });
  deps.failpoint('joiner:installed');
  return installed;
};

/** The folder is named before the first file moves, and the phase changes after the last one did: new files never follow the old ones. */
const clear = async (deps: InstallDeps, state: JoinerState): Promise<JoinerState> => {
  const folder = state.setAside ?? nameSetAside(deps.nowMs);
  const named = await writeJoinerState(deps.paths.dataDir, { ...state, setAside: folder });
  const moved = await setAside(itemsOf(deps.paths), folder);
  if (moved.length > 0) deps.report(`old local data set aside in ${join(deps.paths.dataDir, 'set-aside', folder)}`);
  const cleared = await writeJoinerState(deps.paths.dataDir, { ...named, phase: 'cleared' });
  deps.failpoint('joiner:cleared');
  return cleared;
};

/**
 * Takes a join back: the new member's files go, the old data returns. Resolves to whether there was any. Repeatable: the sidecar is told
 * before the first file goes and before the first one returns, so that an interrupted call never removes what it put back already.
 */
export const uninstall = async (paths: InstallPaths, state: JoinerState): Promise<boolean> => {
  const old = itemsOf(paths);
  if (hasNewFiles(state)) {
    await writeJoinerState(paths.dataDir, { ...state, phase: 'undoing' });
    for (const item of old.items) await rm(item, { recursive: true, force: true });
  }
  const { setAside: folder } = await writeJoinerState(paths.dataDir, { ...state, phase: 'restoring' });
  return folder === null ? false : (await putBack(old, folder)).length > 0;
};

/** From `cleared` on, what stands in place is the new member's. */
const hasNewFiles = ({ phase }: JoinerState): boolean => phase === 'cleared' || phase === 'installed' || phase === 'started' || phase === 'undoing';

const inDirectory = async (file: string): Promise<string> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  return file;
};
