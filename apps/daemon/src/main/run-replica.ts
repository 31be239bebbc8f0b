/**
 * One run of a replica, from its lock to its last closed listener. The only place that wires the rooms together.
 *
 * Start registers its undo before the next step; stop is the reverse, network edge first. Order matters: the admin socket first (a start
 * that hangs can be watched), the listeners before etcd (a replica without quorum still tells why), etcd before everything that writes.
 */
import { setMaxListeners } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, errorChain, toAppError } from '@quorate/core/errors/app-error';
import type { LocalPort } from '../api/services';
import { reapOrphan } from '../etcd/orphan';
import { startEtcdProcess } from '../etcd/process';
import { waitReady } from '../etcd/ready';
import { systemClock } from '../kit/clock';
import { type Closer, createCloser } from '../kit/closer';
import { acquireLock } from '../kit/file-lock';
import { readMemberCache } from '../services/health/member-cache';
import { readPendingJoin, releaseReservation, runJoin, undoLocally } from '../services/join/join-host';
import { observeBoot } from '../services/supervisor/boot-facts';
import { planBoot } from '../services/supervisor/boot-plan';
import { type EtcdKeeper, startEtcdKeeper } from '../services/supervisor/etcd-keeper';
import { readIdentity, writeIdentity } from '../services/supervisor/identity';
import { type PreparedMember, prepareMember } from '../services/supervisor/prepare-member';
import { createRunLog, type RunLog } from '../services/supervisor/run-log';
import { type Edges, openAdminSocket, openPublicListener, openReplicaListener } from './edges';
import { type Host, resolveHost, toInstallPaths, toJoinHost, toJoinRequest } from './host';
import { createReplicaContext } from './replica-context';
import type { RunOptions } from './run-options';
import { serveReplica } from './serve-replica';

/** How long etcd may take to serve: for ever, since it waits for a quorum that may come back tomorrow. */
const READY_PATIENCE_MS = 2 ** 31 - 1;

export type RunEnd = 'stopped' | 'restart';

/** Runs the replica until it is stopped, asked to restart, or cannot go on (AppError). */
export const runReplica = async (options: RunOptions): Promise<RunEnd> => {
  const closer = createCloser();
  const ending = new AbortController();
  // Everything that waits listens on this one signal: more than Node's default of ten listeners is no leak.
  setMaxListeners(0, ending.signal);
  const runLog = createRunLog(options.logger);
  let end: RunEnd = 'stopped';
  const onStop = () => ending.abort(new AppError('STOPPING', { message: 'this replica is stopping' }));
  options.stop.addEventListener('abort', onStop, { once: true });
  if (options.stop.aborted) onStop();
  const restart = () => {
    end = 'restart';
    onStop();
  };
  try {
    await startAndServe(options, { closer, runLog, signal: ending.signal, restart });
    return end;
  } catch (error) {
    if (ending.signal.aborted) return end;
    const failure = toAppError(error);
    runLog.fail(failure);
    // What still waits for this run must not keep the process alive.
    ending.abort(failure);
    throw failure;
  } finally {
    options.stop.removeEventListener('abort', onStop);
    // Also after a failure: what still asks other replicas in the background ends with this run.
    if (!ending.signal.aborted) onStop();
    runLog.setStage(runLog.stage() === 'failed' ? 'failed' : 'stopping');
    for (const failed of await closer.close()) options.logger.warn({ step: failed.name, chain: errorChain(failed.error) }, 'a step did not close cleanly');
  }
};

type Run = { readonly closer: Closer; readonly runLog: RunLog; readonly signal: AbortSignal; readonly restart: () => void };

const startAndServe = async (options: RunOptions, run: Run): Promise<void> => {
  const { paths } = options;
  const { closer, signal } = run;
  await mkdir(paths.dataDir, { recursive: true, mode: 0o700 });
  const lock = await acquireLock(join(paths.dataDir, 'quorated.lock'));
  closer.push('lock', () => lock.release());
  const edges: Edges = { services: null, replica: null };
  const door = { options, edges, closer };
  await openAdminSocket(door, localPort(options, run));
  // An etcd of a killed run holds ports and data: it goes before anything looks at them.
  const orphan = await reapOrphan(paths.etcdDataDir);
  if (orphan.kind === 'ended') options.logger.warn({ pid: orphan.pid }, 'etcd of an earlier run was still there and was ended');
  const remembered = await readMemberCache(paths.dataDir);
  const host = await resolveHost(options.config, { paths, searchPath: options.searchPath, peers: remembered }, signal);
  const { prepared, joinedAs, modeIgnored } = await prepare(options, run, host);

  let keeper: EtcdKeeper | null = null;
  const context = createReplicaContext(options, {
    host,
    prepared,
    remembered: await readMemberCache(paths.dataDir),
    closer,
    keeperState: () => keeper?.state.get() ?? null,
  });
  if (joinedAs !== null) context.setMemberId(joinedAs);
  if (modeIgnored) context.setModeIgnored();
  await context.reloadPki(prepared.ca);
  await context.access.loadCached();
  const publicServer = await openPublicListener(door, prepared.pkiDir);
  const replicaServer = await openReplicaListener(door, { pkiDir: prepared.pkiDir, ca: context.ca, generation: prepared.identity.generation });
  keeper = startKeeper(options, prepared, context.etcd);
  closer.push('etcd', () => keeper?.stop(), { deadlineMs: 15_000 });
  await serveReplica({
    options,
    runLog: run.runLog,
    signal,
    closer,
    host,
    prepared,
    context,
    keeper,
    edges,
    servers: [publicServer, replicaServer],
    restart: run.restart,
  });
};

const localPort = (options: RunOptions, run: Run): LocalPort => ({
  restart: run.restart,
  state: () => {
    const error = run.runLog.error();
    return {
      pid: process.pid,
      stage: run.runLog.stage(),
      memberName: options.config.etcd.name,
      dataDir: options.paths.dataDir,
      log: run.runLog.lines(),
      error: error === null ? null : { code: error.code, message: error.message, hint: error.hint },
    };
  },
});

type Ready = { readonly prepared: PreparedMember; readonly joinedAs: string | null; readonly modeIgnored: boolean };

/** Plans the boot, joins if that is the plan, and makes everything ready that etcd needs. */
const prepare = async (options: RunOptions, run: Run, host: Host): Promise<Ready> => {
  const { config, paths } = options;
  const pending = await readPendingJoin(toInstallPaths(paths));
  const plan = planBoot(
    await observeBoot({
      mode: config.etcd.mode,
      configuredName: config.etcd.name,
      dataDir: paths.dataDir,
      etcdDir: paths.etcdDataDir,
      caCertFile: paths.caCertFile,
      caKeyFile: paths.caKeyFile,
      // A join that was only checked binds nobody: without mode join this host starts as it is.
      pendingJoin: config.etcd.mode === 'join' || pending?.phase !== 'requested' ? pending : null,
    }),
  );
  run.runLog.step(`starting: ${plan.kind}`);
  const joined = plan.kind === 'join' ? await joinCluster(options, run, host) : null;
  const prepared = await prepareMember(
    {
      dataDir: paths.dataDir,
      etcdDir: paths.etcdDataDir,
      caFiles: { certFile: paths.caCertFile, keyFile: paths.caKeyFile },
      name: config.etcd.name,
      clusterToken: config.etcd.cluster_token,
      initialCluster: config.etcd.initial_cluster ?? null,
      binary: host.binary,
      timers: host.timers,
      quotaBackendBytes: config.etcd.quota_backend_bytes,
      urls: host.urls,
    },
    plan,
    joined?.initialCluster ?? null,
  );
  const state = joined?.state ?? pending;
  return { prepared, joinedAs: state?.answer?.memberId ?? null, modeIgnored: plan.kind === 'resume' && plan.modeIgnored };
};

/** Runs the join saga up to an installed member; a refusal that is final leaves this host as it was. */
const joinCluster = async (options: RunOptions, run: Run, host: Host) => {
  const { config, paths } = options;
  run.runLog.setStage('joining');
  const deps = {
    clock: systemClock,
    failpoint: options.failpoint,
    report: run.runLog.step,
    writeIdentity: async (identity: { clusterId: string; memberName: string; generation: number; joinId: string }) =>
      writeIdentity(paths.dataDir, { v: 1, ...identity, peerUrl: host.urls.peer, hasServed: false }),
  };
  try {
    return await runJoin(deps, { host: toJoinHost(config, paths, host), request: toJoinRequest(config) }, run.signal);
  } catch (error) {
    run.signal.throwIfAborted();
    await fallBack(options, run, toAppError(error));
    throw error;
  }
};

/**
 * A refusal that repeating cannot change: the reservation is given back, and a host that has data of its own goes on with it. Otherwise
 * the sidecar stays, so that the same command continues.
 */
const fallBack = async (options: RunOptions, run: Run, error: AppError): Promise<void> => {
  const { config, paths } = options;
  if (isTransient(error)) return;
  await releaseReservation({ clock: systemClock }, { dataDir: paths.dataDir, request: toJoinRequest(config) });
  if ((await readIdentity(paths.dataDir)) === null) return;
  await undoLocally(toInstallPaths(paths));
  await options.onJoinFailed(error);
  run.restart();
};

const isTransient = (error: AppError): boolean => error.code === 'JOIN_UNREACHABLE' || error.code === 'JOIN_TIMEOUT' || error.code === 'DAEMON_UNREACHABLE';

const startKeeper = (options: RunOptions, prepared: PreparedMember, etcd: Parameters<typeof waitReady>[0]['client']): EtcdKeeper => {
  const logger = options.logger.child({ room: 'supervisor' });
  return startEtcdKeeper({
    clock: systemClock,
    logger,
    // Stopping is the keeper's: a signal of its own would end etcd before leadership is handed over.
    spawn: () =>
      startEtcdProcess({ flags: prepared.flags, path: options.searchPath, logger: logger.child({ from: 'etcd' }), signal: new AbortController().signal }),
    waitReady: async (process, signal) => {
      await waitReady({ process, client: etcd, signal, timeoutMs: READY_PATIENCE_MS });
    },
  });
};
