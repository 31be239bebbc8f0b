/**
 * Runs a join at boot, from whatever the sidecar says to an installed member; and takes a failed one back. See DESIGN.md.
 */
import { AppError, isAppError } from '@quorate/core/errors/app-error';
import { type Joiner, UndoResponseSchema } from '@quorate/core/join/wire';
import { readFileIfExists } from '../../kit/atomic-file';
import { publicKeySha256 } from '../../pki/chain';
import { type InstallPaths, installAnswer, uninstall } from './install';
import { type JoinerState, loadJoinKey, newJoinerState, readJoinerState, removeJoinerState, writeJoinerState } from './joiner-state';
import type { JoinHost } from './joining-host';
import { runPreflight } from './preflight';
import { checksError, type JoinTicket, openSession, type RedeemDeps, redeem } from './redeem';

const RELEASE_TIMEOUT_MS = 5_000;

export type JoinRequest = {
  readonly urls: readonly string[];
  readonly caFingerprint: string;
  readonly token: { readonly text: string } | { readonly path: string };
  readonly patienceMs: number;
};

export type JoinHostDeps = RedeemDeps & {
  readonly writeIdentity: (identity: { clusterId: string; memberName: string; generation: number; joinId: string }) => Promise<void>;
};

/** Who joins, and with what. */
export type JoinTask = { readonly host: JoinHost; readonly request: JoinRequest };
type AdmitTask = JoinTask & { readonly state: JoinerState };

/** Brings this host to `installed`, from wherever it is. Resolves to the state and the member list for etcd's --initial-cluster. */
export const runJoin = async (
  deps: JoinHostDeps,
  { host, request }: JoinTask,
  signal: AbortSignal,
): Promise<{ state: JoinerState; initialCluster: string }> => {
  let state = (await readJoinerState(host.paths.dataDir)) ?? (await writeJoinerState(host.paths.dataDir, newJoinerState(host.name, false)));
  deps.failpoint('joiner:reserved');
  if (state.phase === 'requested') state = await admit(deps, { host, request, state }, signal);
  const installed = await installAnswer(
    {
      paths: host.paths,
      nowMs: deps.clock.now(),
      failpoint: deps.failpoint,
      report: deps.report,
      writeIdentity: async ({ answer, joinId, name }) => {
        if (answer) await deps.writeIdentity({ clusterId: answer.clusterId, memberName: name, generation: answer.generation, joinId });
      },
    },
    state,
  );
  return { state: installed, initialCluster: installed.answer?.initialCluster ?? '' };
};

/** Asks until admitted. A join that the cluster undid meanwhile is begun anew, once, under a new id. */
const admit = async (deps: JoinHostDeps, task: AdmitTask, signal: AbortSignal): Promise<JoinerState> => {
  try {
    return await admitOnce(deps, task, signal);
  } catch (error) {
    if (!isAppError(error, 'JOIN_GONE')) throw error;
    deps.report(`${error.message}; beginning anew`);
    const { dataDir } = task.host.paths;
    await removeJoinerState(dataDir);
    const state = await writeJoinerState(dataDir, newJoinerState(task.host.name, task.state.replaceLocalData));
    return admitOnce(deps, { ...task, state }, signal);
  }
};

const admitOnce = async (deps: JoinHostDeps, { host, request, state }: AdmitTask, signal: AbortSignal): Promise<JoinerState> => {
  const keyPem = await loadJoinKey(host.paths.dataDir);
  const ticket: JoinTicket = { urls: request.urls, token: await readToken(request.token), caFingerprint: request.caFingerprint };
  const joiner = describeJoiner(host, state, keyPem);
  const answer = await redeem(
    deps,
    {
      ticket,
      joiner,
      keyPem,
      patienceMs: request.patienceMs,
      prepare: async (session) => {
        const { checks, response } = await runPreflight({ clock: deps.clock }, { session, ticket, joiner, host }, signal);
        for (const check of checks) deps.report(`${check.verdict.padEnd(4)} ${check.id} (${check.side}): ${check.detail}`);
        const failure = checksError(checks);
        if (failure) throw failure;
        return response;
      },
    },
    signal,
  );
  deps.report(`admitted as learner ${answer.memberId}`);
  const admitted = await writeJoinerState(host.paths.dataDir, { ...state, phase: 'admitted', answer });
  deps.failpoint('joiner:learner-added');
  return admitted;
};

/** How this host introduces itself. */
export const describeJoiner = (host: JoinHost, state: JoinerState, keyPem: string): Joiner => ({
  joinId: state.joinId,
  name: host.name,
  peerUrl: host.urls.peer,
  replicaUrl: host.urls.replica,
  publicUrl: host.urls.public,
  publicKeySha256: publicKeySha256(keyPem),
  clusterToken: host.clusterToken,
  versions: host.versions,
  timers: host.timers,
});

/** Gives the reservation of a join back that was refused for good. It would die within a minute by itself: whatever fails here is ignored. */
export const releaseReservation = async (deps: Pick<RedeemDeps, 'clock'>, { dataDir, request }: { dataDir: string; request: JoinRequest }): Promise<void> => {
  const signal = AbortSignal.timeout(RELEASE_TIMEOUT_MS);
  try {
    const state = await readJoinerState(dataDir);
    if (state?.phase !== 'requested') return;
    const ticket = { urls: request.urls, token: await readToken(request.token), caFingerprint: request.caFingerprint };
    const session = await openSession(deps, { ...ticket, patienceMs: 0 }, signal);
    const body = { token: ticket.token, reason: 'the joiner gave up' };
    await session.client.call({ url: session.url, method: 'POST', path: `/v1/cluster/join/${state.joinId}/undo`, body, schema: UndoResponseSchema, signal });
    session.client.close();
  } catch {
    return;
  }
};

const readToken = async (token: JoinRequest['token']): Promise<string> => {
  if ('text' in token) return token.text.trim();
  const text = await readFileIfExists(token.path);
  if (text !== null && text.trim() !== '') return text.trim();
  throw new AppError('JOIN_TOKEN_INVALID', {
    message: text === null ? `there is no token file ${token.path}` : `the token file ${token.path} is empty`,
    hint: 'Mint a token on a replica of the cluster ("quorate cluster join-token create") and write it to that file.',
  });
};

/** The join that is under way; null when there is none. One whose undo was interrupted is taken back first. */
export const readPendingJoin = async (paths: InstallPaths): Promise<JoinerState | null> => {
  const state = await readJoinerState(paths.dataDir);
  if (state?.phase !== 'undoing' && state?.phase !== 'restoring') return state;
  await undoLocally(paths);
  return null;
};

/** Takes a join back on this host: what it installed goes, what was set aside returns. Resolves to whether old data is back. */
export const undoLocally = async (paths: InstallPaths): Promise<boolean> => {
  const state = await readJoinerState(paths.dataDir);
  if (!state) return false;
  const restored = await uninstall(paths, state);
  await removeJoinerState(paths.dataDir);
  return restored;
};
