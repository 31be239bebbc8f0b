/** From a spawned etcd to a serving replica, and what runs while it serves. */
import { AppError, isAppError } from '@quorate/core/errors/app-error';
import { QUORATE_VERSION } from '@quorate/core/version';
import type { TcpServer } from '../api/http/tcp-server';
import { removeFile } from '../kit/atomic-file';
import { systemClock } from '../kit/clock';
import type { Closer } from '../kit/closer';
import { collectWhenIdle } from '../kit/idle-memory';
import { type Loop, runLoop } from '../kit/loop';
import { saveCaKey } from '../pki/ca-files';
import { ensureLeaves } from '../pki/leaf-files';
import { leafHosts } from '../pki/leaf-hosts';
import { type FollowDeps, fetchCaKey, followJoin } from '../services/join/follow';
import { undoLocally } from '../services/join/join-host';
import { readJoinerState, removeJoinerState, writeJoinerState } from '../services/join/joiner-state';
import type { JoinReports } from '../services/join/replica-port';
import { reconcileCa } from '../services/supervisor/ca-row';
import type { EtcdKeeper } from '../services/supervisor/etcd-keeper';
import { handOverLeadership } from '../services/supervisor/hand-over';
import { writeIdentity } from '../services/supervisor/identity';
import type { PreparedMember } from '../services/supervisor/prepare-member';
import type { RunLog } from '../services/supervisor/run-log';
import type { Edges } from './edges';
import { type Host, toInstallPaths } from './host';
import type { ReplicaContext } from './replica-context';
import type { RunOptions } from './run-options';
import { createApiServices, createReplicaServices, membershipTurn, type Wiring } from './services';

export type Serving = {
  readonly options: RunOptions;
  readonly runLog: RunLog;
  readonly signal: AbortSignal;
  readonly closer: Closer;
  readonly host: Host;
  readonly prepared: PreparedMember;
  readonly context: ReplicaContext;
  readonly keeper: EtcdKeeper;
  readonly edges: Edges;
  readonly servers: readonly TcpServer[];
  /** Ends this run and begins another. */
  readonly restart: () => void;
};

const LOOK_EVERY_MS = 1_000;
const RENEW_EVERY_MS = 24 * 3_600_000;
/** Longer than one call to a replica that does not answer, and the next one to another. */
const LAST_WORD_MS = 8_000;

/** Serves until the signal aborts (then hands leadership over) or etcd can never run again (AppError). */
export const serveReplica = async (serving: Serving): Promise<void> => {
  const { options, runLog, signal, closer, context, keeper, edges } = serving;
  const loops: { observer: Loop | null; membership: Loop | null } = { observer: null, membership: null };
  const reports: JoinReports = new Map();
  const wiring: Wiring = {
    options,
    host: serving.host,
    context,
    reports,
    wakeMembership: () => loops.membership?.wake(),
    wakeObserver: () => loops.observer?.wake(),
    isStopping: () => signal.aborted,
    isServing: () => runLog.stage() === 'serving',
  };
  const logger = options.logger;
  const look = async (at: AbortSignal): Promise<void> => {
    await context.observer.look(at);
    if (edges.services === null && (await learnsAdministrator(context, at))) edges.services = createApiServices(wiring);
  };
  loops.observer = runLoop({ name: 'observer', everyMs: LOOK_EVERY_MS, signal: context.signal, logger, run: look });
  edges.replica = createReplicaServices(wiring);
  // Without the administrator's token at hand every call would be refused as unauthenticated: until then it is told that we are starting.
  if (context.access.isKnown()) edges.services = createApiServices(wiring);
  const over = untilOver(keeper, signal);
  try {
    const up = bringUp(serving);
    await Promise.race([up, over.catch((error: unknown) => hearLastWord(serving, { up, error }))]);
    if (signal.aborted) return;
    edges.services ??= createApiServices(wiring);
    const firstSeen = new Map<string, number>();
    loops.membership = runLoop({
      name: 'membership',
      everyMs: options.config.membership.promote_interval,
      signal: context.signal,
      logger,
      run: membershipTurn(wiring, firstSeen),
    });
    collectWhenIdle({ signal: context.signal, logger });
    runLoop({ name: 'certificates', everyMs: RENEW_EVERY_MS, signal: context.signal, logger, run: () => renewLeaves(serving) });
    runLog.setStage('serving');
    runLog.step('ready');
    logger.info({ name: context.self().name, memberId: context.self().memberId, publicUrl: context.self().publicUrl }, 'ready');
    context.events.record({ type: 'replica.started', subject: context.self().name, detail: `version ${QUORATE_VERSION}` });
    void reportLeadership(context);
    await over;
  } finally {
    // First of all on the way down: the leader gives leadership away while everything still works.
    if (signal.aborted) closer.push('hand over', () => handOverLeadership({ etcd: context.etcd, logger }, successors(context)));
  }
};

/** A learner may read the digest from its own etcd as soon as that answers. */
const learnsAdministrator = (context: ReplicaContext, signal: AbortSignal): Promise<boolean> =>
  context.observer.etcdStatus() === null ? Promise.resolve(false) : context.access.load({ signal, serializable: true }).catch(() => false);

/** The new leader itself tells that it leads: every change is told once, by somebody who knows. Ends with the context. */
const reportLeadership = async (context: ReplicaContext): Promise<void> => {
  let before = context.observer.feed.get().leaderId;
  for await (const { leaderId, raftTerm } of context.observer.feed.watch(context.signal)) {
    const { memberId, name } = context.self();
    if (leaderId === memberId && before !== memberId) context.events.record({ type: 'leader.changed', subject: name, detail: `term ${raftTerm}` });
    before = leaderId;
  }
};

/**
 * The etcd of a learner that the cluster removed ends for good, often before this host has heard why. The word of the cluster goes first,
 * because only then the old data return; without it the error of etcd stands, and the next start asks again.
 */
const hearLastWord = async (serving: Serving, ending: { up: Promise<void>; error: unknown }): Promise<never> => {
  const isJoining = (await readJoinerState(serving.options.paths.dataDir)) !== null;
  if (isJoining) await Promise.race([ending.up, systemClock.sleep(LAST_WORD_MS, serving.signal)]);
  throw ending.error;
};

/** Rejects when etcd can never run again; resolves when this replica is stopped. */
const untilOver = async (keeper: EtcdKeeper, signal: AbortSignal): Promise<void> => {
  for await (const state of keeper.state.watch(signal)) if (state.phase === 'failed') throw state.error;
};

/** Waits until this replica may serve: as a voter, with the right CA. A joiner follows its join here. */
const bringUp = async (serving: Serving): Promise<void> => {
  const { options, runLog, signal, prepared, context, keeper } = serving;
  const pending = await readJoinerState(options.paths.dataDir);
  if (pending !== null && prepared.identity.joinId === pending.joinId) await finishJoin(serving, pending.joinId);
  runLog.step('waiting for etcd');
  await keeper.ready(signal);
  const status = await context.etcd.status({ signal });
  context.setMemberId(status.memberId.toString(16));
  if (!prepared.identity.hasServed) await writeIdentity(options.paths.dataDir, { ...prepared.identity, hasServed: true });
  if (status.isLearner)
    throw new AppError('PARTIAL_JOIN', { message: 'this replica is a learner, but there is no record of its join', hint: 'Run "quorated join …" again.' });
  if (context.ca().keyPem === null) await takeCaKey(serving);
  const isNewCluster = await reconcileCa(context.stores.ca, { ca: context.ca(), certFile: options.paths.caCertFile }, signal);
  if (isNewCluster) context.events.record({ type: 'cluster.created', subject: context.ca().clusterId, detail: `by ${context.self().name}` });
  await context.access.ensure(signal);
  await announcePeerUrl(serving, status.memberId);
  const self = context.self();
  await context.stores.replicas.save(
    {
      v: 1,
      memberId: self.memberId,
      name: self.name,
      replicaUrl: self.replicaUrl,
      publicUrl: self.publicUrl,
      quorateVersion: QUORATE_VERSION,
      etcdVersion: status.version,
      generation: context.generation,
      updatedAtMs: systemClock.now(),
    },
    { signal },
  );
  await context.observer.look(signal);
};

/** After "auto" resolved to another address than before, the others have to know: compared with what the cluster says, so that a crash in between is made good. */
const announcePeerUrl = async ({ context, host, options, signal }: Serving, memberId: bigint): Promise<void> => {
  const own = (await context.etcd.memberList({ signal })).find((member) => member.id === memberId);
  if (!own || own.peerUrls.includes(host.urls.peer)) return;
  await context.etcd.memberUpdate(memberId, host.urls.peer, { signal });
  options.logger.info({ from: own.peerUrls, to: host.urls.peer }, 'peer URL changed');
};

/** Follows a join from a spawned etcd to a voter that holds the CA key; takes everything back when the cluster undid it. */
const finishJoin = async (serving: Serving, joinId: string): Promise<void> => {
  const { options, runLog, signal } = serving;
  const { dataDir } = options.paths;
  const deps = followDeps(serving, (await readJoinerState(dataDir))?.answer?.replicaUrls ?? []);
  runLog.setStage('joining');
  runLog.step('etcd started as a learner');
  options.logger.info('joined as learner');
  const state = await readJoinerState(dataDir);
  if (state && state.phase !== 'started') await writeJoinerState(dataDir, { ...state, phase: 'started' });
  try {
    await followJoin(deps, joinId, signal);
  } catch (error) {
    if (isAppError(error, 'JOIN_UNDONE')) await takeBack(serving, error);
    throw error;
  }
  runLog.step('promoted to voter');
  options.failpoint('joiner:promoted');
  await takeCaKey(serving);
  options.failpoint('joiner:ca-key');
  const tokenFile = options.config.cluster_join?.token_path;
  if (tokenFile !== undefined) await removeFile(tokenFile);
  await removeJoinerState(dataDir);
};

/** This host as it was before the join; with data of its own it goes on with that. */
const takeBack = async (serving: Serving, error: AppError): Promise<void> => {
  await serving.keeper.stop();
  const restored = await undoLocally(toInstallPaths(serving.options.paths));
  serving.runLog.step(restored ? 'join undone: the old local data is back in place' : 'join undone: this host is as it was');
  if (!restored) return;
  await serving.options.onJoinFailed(error);
  serving.restart();
};

const followDeps = ({ context, keeper, options, runLog }: Serving, urls: readonly string[]): FollowDeps => ({
  client: context.client,
  urls: () => context.otherReplicaUrls(urls),
  etcd: context.etcd,
  process: keeper.process,
  clock: systemClock,
  failpoint: options.failpoint,
  report: runLog.step,
});

/** The CA key reaches a replica only when it is a voter, over mutual TLS. */
const takeCaKey = async (serving: Serving): Promise<void> => {
  const { options, signal, context, runLog } = serving;
  const keyPem = await fetchCaKey(followDeps(serving, []), signal);
  await context.reloadPki(await saveCaKey({ certFile: options.paths.caCertFile, keyFile: options.paths.caKeyFile }, keyPem));
  runLog.step('CA key received');
};

/** Renews leaves with less than 30 days left; etcd and the listeners take them up without a restart. */
const renewLeaves = async ({ prepared, context, host, servers, options }: Serving): Promise<void> => {
  const { identity, pkiDir } = prepared;
  const hosts = leafHosts([host.urls.peer, host.urls.replica, host.urls.public]);
  const { issued } = await ensureLeaves({
    dir: pkiDir,
    ca: context.ca(),
    clusterId: identity.clusterId,
    generation: identity.generation,
    memberName: identity.memberName,
    hosts,
  });
  await context.reloadPki(context.ca());
  if (issued.length === 0) return;
  for (const server of servers) server.reloadTls();
  options.logger.info({ issued }, 'certificates renewed');
};

const successors = (context: ReplicaContext) =>
  context.observer.feed
    .get()
    .members.filter((member) => member.role === 'voter' && !member.isSelf && member.phase === 'ready')
    .map((member) => ({ id: member.id, name: member.name, appliedIndex: BigInt(member.raftAppliedIndex ?? '0') }));
