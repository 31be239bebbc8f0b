/**
 * The joiner's part of the preflight, and the call that runs the cluster's. Spends nothing, changes nothing but a reservation that dies by
 * itself. Shared by `quorated join` and by the boot.
 */

import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { failCheck, passCheck } from '@quorate/core/join/check-result';
import { type Dial, evaluateClock, evaluateDial, evaluateFreeSpace, evaluateFsync, evaluateRoundTrip } from '@quorate/core/join/checks';
import type { JoinCheck } from '@quorate/core/join/saga';
import { type Joiner, type PrepareResponse, PrepareResponseSchema } from '@quorate/core/join/wire';
import { parsePeerUrl } from '../../host/addresses';
import { dialBack, listenNonce } from '../../host/dial';
import { freeBytes, measureFsync } from '../../host/disk';
import type { Clock } from '../../kit/clock';
import { randomHex } from '../../kit/ids';
import { memberDirOf } from './install';
import type { JoinHost } from './joining-host';
import type { ClusterSession, JoinTicket } from './redeem';

export type PreflightInput = {
  readonly session: ClusterSession;
  readonly ticket: Pick<JoinTicket, 'token'>;
  readonly joiner: Joiner;
  readonly host: JoinHost;
  /** True when this host's own daemon holds the ports: they cannot be listened on, and need not be. */
  readonly isDaemonRunning?: boolean;
};

export type Preflight = { readonly checks: readonly JoinCheck[]; readonly response: PrepareResponse };

const PREPARE_TIMEOUT_MS = 15_000;
const DIAL_TIMEOUT_MS = 2_000;

/** All checks of both sides. Throws what the cluster refuses outright with (wrong token, …). */
export const runPreflight = async (deps: { readonly clock: Clock }, input: PreflightInput, signal: AbortSignal): Promise<Preflight> => {
  const { session, host, joiner } = input;
  await mkdir(host.paths.dataDir, { recursive: true, mode: 0o700 });
  const fsync = await measureFsync(host.paths.dataDir, { signal });
  const ports = await listenForDialBack(input);
  try {
    const sentMs = deps.clock.now();
    const startedAt = deps.clock.monotonic();
    const response = await session.client.call({
      url: session.url,
      method: 'POST',
      path: '/v1/cluster/join/prepare',
      body: { v: 1, token: input.ticket.token, joiner, dialBack: ports.nonces, sentAt: new Date(sentMs).toISOString() },
      schema: PrepareResponseSchema,
      signal,
      timeoutMs: PREPARE_TIMEOUT_MS,
    });
    const tookMs = deps.clock.monotonic() - startedAt;
    const dials = await Promise.all(response.peerUrls.map((url) => dialPeer(url, signal)));
    const own: JoinCheck[] = [
      await checkLocalData(host),
      ...ports.checks,
      evaluateClock({ side: 'joiner', joinerMs: sentMs + tookMs / 2, clusterMs: Date.parse(response.serverTime), roundTripMs: tookMs }),
      evaluateRoundTrip({ rttMs: session.rttMs, timers: response.timers }),
      evaluateFsync({ p99Ms: fsync.p99Ms, timers: response.timers }),
      evaluateFreeSpace({ freeBytes: await freeBytes(host.paths.dataDir), dbSizeBytes: response.dbSizeBytes }),
      evaluateDial({ id: 'dial-peer', side: 'joiner', dials }),
    ];
    return { checks: [...response.checks, ...own], response };
  } finally {
    await ports.close();
  }
};

/** Old data are set aside by a rename, which does not cross file systems: found out before anything is spent. */
const checkLocalData = async ({ paths }: JoinHost): Promise<JoinCheck> => {
  const common = { id: 'local-data', side: 'joiner' } as const;
  const memberDir = memberDirOf(paths);
  const [home, data] = await Promise.all([stat(paths.dataDir), stat(memberDir).catch(() => null)]);
  if (data === null) return passCheck({ ...common, detail: 'this host holds no data of a member' });
  if (data.dev === home.dev) return passCheck({ ...common, detail: `the data in ${memberDir} go to ${join(paths.dataDir, 'set-aside')}` });
  return failCheck({
    ...common,
    detail: `the data in ${memberDir} lie on another file system than ${paths.dataDir} and cannot be set aside there`,
    fix: `Stop quorated, move ${memberDir} to where you want to keep it, and join again.`,
    code: 'JOIN_CHECK_FAILED',
  });
};

type Ports = {
  readonly nonces: { peerNonce: string | null; replicaNonce: string | null };
  readonly checks: readonly JoinCheck[];
  readonly close: () => Promise<void>;
};

/** Opens both ports with a nonce each, so that the cluster can prove that it reaches this very host. */
const listenForDialBack = async ({ host, isDaemonRunning = false }: PreflightInput): Promise<Ports> => {
  const peerNonce = randomHex(16);
  const replicaNonce = randomHex(16);
  const peerAddress = parsePeerUrl(host.urls.listenPeer);
  const peer = await listenNonce({ ...peerAddress, nonce: peerNonce });
  const replica = await listenNonce({ ...host.replicaAddress, nonce: replicaNonce });
  const judge = (id: 'listen-peer' | 'listen-replica', inUse: boolean, port: number): JoinCheck => {
    if (!inUse) return passCheck({ id, side: 'joiner', detail: `port ${port} is free on this host` });
    if (isDaemonRunning) return passCheck({ id, side: 'joiner', detail: `port ${port} is held by this host's own quorated` });
    return failCheck({
      id,
      side: 'joiner',
      detail: `port ${port} is in use by another program`,
      fix: `Find it with "ss -ltnp sport = :${port}" and stop it.`,
      code: 'JOIN_CHECK_FAILED',
    });
  };
  return {
    nonces: { peerNonce: peer.inUse ? null : peerNonce, replicaNonce: replica.inUse ? null : replicaNonce },
    checks: [judge('listen-peer', peer.inUse, peerAddress.port), judge('listen-replica', replica.inUse, host.replicaAddress.port)],
    close: async () => {
      for (const listener of [peer, replica]) if (!listener.inUse) await listener.close();
    },
  };
};

const dialPeer = async (url: string, signal: AbortSignal): Promise<Dial> => {
  const result = await dialBack({ ...parsePeerUrl(url), nonce: null, timeoutMs: DIAL_TIMEOUT_MS, signal });
  if (result.ok) return { target: url, result: { kind: 'ok', rttMs: result.rttMs } };
  return { target: url, result: result.reason === 'refused' ? { kind: 'refused' } : { kind: 'failed', reason: result.reason } };
};
