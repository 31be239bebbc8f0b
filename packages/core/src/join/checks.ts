/**
 * Judges what the preflight of a join has measured. Pure: measuring is the daemon's, on both sides; the thresholds and words are here.
 * Nothing of this spends the token.
 */

import type { MemberRole } from '../cluster/member';
import { ELECTION_PER_ROUND_TRIP, FSYNC_PER_HEARTBEAT, TIMER_PROFILES } from '../cluster/timers';
import { normalizeUrl } from '../config/address';
import { failCheck, passCheck, warnCheck } from './check-result';
import { CHECK_IDS, type CheckId, type JoinCheck } from './saga';
import type { Timers, Versions } from './wire';

type Side = JoinCheck['side'];

/** Beyond a second log lines of two hosts no longer tell what came first; certificates tolerate far more. */
export const CLOCK_WARN_MS = 1000;
/** Certificates are dated back by this much at least: a host further off may find its own certificate not valid yet. */
export const CLOCK_FAIL_MS = 300_000;
/** A round trip of at most half a heartbeat leaves the other half for the disk. */
export const ROUND_TRIP_PER_HEARTBEAT = 0.5;
/** A quarter of a heartbeat for the disk is comfortable. */
export const FSYNC_COMFORT_PER_HEARTBEAT = 0.25;
/** The joiner receives the database as a snapshot beside the one it will have; the log before a snapshot and room to grow come on top. */
export const FREE_SPACE_PER_DB = 2;
export const FREE_SPACE_EXTRA_BYTES = 256 * 1024 * 1024;

/** A member that exists already. Leave out the joiner's own learner when a join continues. */
export type TakenMember = { readonly id: string; readonly name: string; readonly role: MemberRole; readonly peerUrls: readonly string[] };

export const evaluateClusterToken = ({ joiner, cluster }: { readonly joiner: string; readonly cluster: string }): JoinCheck => {
  const common = { id: 'cluster-token', side: 'cluster' } as const;
  if (joiner === cluster) return passCheck({ ...common, detail: `both sides use "${cluster}"` });
  return failCheck({
    ...common,
    detail: `this host has "${joiner}", the cluster "${cluster}"`,
    fix: `Set etcd.cluster_token: ${cluster} on this host.`,
    code: 'JOIN_CLUSTER_TOKEN_MISMATCH',
  });
};

export const evaluateName = ({ name, members }: { readonly name: string; readonly members: readonly TakenMember[] }): JoinCheck => {
  const common = { id: 'name', side: 'cluster' } as const;
  const taken = members.find((member) => member.name === name);
  if (!taken) return passCheck({ ...common, detail: `no member is called ${name}` });
  return failCheck({
    ...common,
    detail: `${name} is the name of ${taken.role} ${taken.id}`,
    fix: `Choose another --name, or remove the old one: "quorate cluster member remove ${taken.id}".`,
    code: 'JOIN_NAME_TAKEN',
  });
};

export const evaluatePeerUrl = ({ peerUrl, members }: { readonly peerUrl: string; readonly members: readonly TakenMember[] }): JoinCheck => {
  const common = { id: 'peer-url', side: 'cluster' } as const;
  const taken = members.find((member) => member.peerUrls.some((url) => normalizeUrl(url) === normalizeUrl(peerUrl)));
  if (!taken) return passCheck({ ...common, detail: `no member has ${peerUrl}` });
  return failCheck({
    ...common,
    detail: `${peerUrl} is the peer URL of ${taken.role} ${taken.name || taken.id}`,
    fix: `Set another etcd.peer_url, or remove the old member: "quorate cluster member remove ${taken.id}".`,
    code: 'JOIN_PEER_URL_TAKEN',
  });
};

/** etcd refuses to add a member, also a learner, unless every voter is connected: said before the token is spent. `down` holds names. */
export const evaluateVoters = ({ voters, down }: { readonly voters: number; readonly down: readonly string[] }): JoinCheck => {
  const common = { id: 'voters', side: 'cluster' } as const;
  if (down.length === 0) return passCheck({ ...common, detail: voters === 1 ? 'the one voter is in contact' : `all ${voters} voters are in contact` });
  const names = down.join(' and ');
  return failCheck({
    ...common,
    detail: `${names} of ${voters} voters ${down.length === 1 ? 'is' : 'are'} not in contact; etcd adds nobody until all are`,
    fix: `Start ${names} again. If ${down.length === 1 ? 'it is' : 'they are'} gone for good, remove ${down.length === 1 ? 'it' : 'them'} first: "quorate cluster member remove ${down[0]}".`,
    code: 'CLUSTER_UNSETTLED',
  });
};

/** etcd lets a member of the cluster's minor version or the next one in; Quorate replicas speak to each other within one minor version. */
export const evaluateVersions = ({ joiner, cluster }: { readonly joiner: Versions; readonly cluster: Versions }): JoinCheck => {
  const common = { id: 'versions', side: 'cluster' } as const;
  const fail = (detail: string, fix: string): JoinCheck => failCheck({ ...common, detail, fix, code: 'JOIN_VERSION_INCOMPATIBLE' });
  const etcd = { joiner: parseVersion(joiner.etcd), cluster: parseVersion(cluster.etcd) };
  const quorate = { joiner: parseVersion(joiner.quorate), cluster: parseVersion(cluster.quorate) };
  if (!etcd.joiner || !etcd.cluster || etcd.joiner.major !== etcd.cluster.major || ![0, 1].includes(etcd.joiner.minor - etcd.cluster.minor))
    return fail(`etcd ${joiner.etcd} cannot join a cluster of etcd ${cluster.etcd}`, `Install etcd ${minorOf(cluster.etcd)} on this host.`);
  if (!quorate.joiner || !quorate.cluster || quorate.joiner.major !== quorate.cluster.major || quorate.joiner.minor !== quorate.cluster.minor)
    return fail(`Quorate ${joiner.quorate} cannot join a cluster of Quorate ${cluster.quorate}`, `Install Quorate ${minorOf(cluster.quorate)} on this host.`);
  const detail = `etcd ${joiner.etcd} with ${cluster.etcd}, Quorate ${joiner.quorate} with ${cluster.quorate}`;
  if (etcd.joiner.minor === etcd.cluster.minor) return passCheck({ ...common, detail });
  return warnCheck({ ...common, detail, fix: `Upgrade etcd on the other replicas to ${minorOf(joiner.etcd)} soon: mixed versions are for upgrades.` });
};

export const evaluateTimers = ({ joiner, cluster }: { readonly joiner: Timers; readonly cluster: Timers }): JoinCheck => {
  const common = { id: 'timers', side: 'cluster' } as const;
  const show = ({ heartbeatMs, electionMs }: Timers): string => `${heartbeatMs}/${electionMs} ms`;
  if (joiner.heartbeatMs === cluster.heartbeatMs && joiner.electionMs === cluster.electionMs)
    return passCheck({ ...common, detail: `heartbeat / election ${show(cluster)} on both sides` });
  return failCheck({
    ...common,
    detail: `heartbeat / election is ${show(joiner)} here and ${show(cluster)} in the cluster: the side with the shorter one would call elections`,
    fix: 'Set etcd.timer_profile (or heartbeat_interval and election_timeout) to that of the cluster.',
    code: 'JOIN_CHECK_FAILED',
  });
};

/** The cluster's clock was read somewhere within the round trip: half of it is the uncertainty. */
export const evaluateClock = (facts: {
  readonly side: Side;
  readonly joinerMs: number;
  readonly clusterMs: number;
  readonly roundTripMs: number;
}): JoinCheck => {
  const common = { id: 'clock', side: facts.side } as const;
  const offsetMs = facts.joinerMs - facts.clusterMs;
  const sureMs = Math.max(0, Math.abs(offsetMs) - facts.roundTripMs / 2);
  if (sureMs <= CLOCK_WARN_MS) return passCheck({ ...common, detail: `clocks agree within ${Math.max(1, Math.round(Math.abs(offsetMs)))} ms` });
  const detail = `the clock of this host is ${Math.round(Math.abs(offsetMs) / 100) / 10} s ${offsetMs > 0 ? 'ahead of' : 'behind'} the cluster's`;
  const fix = 'Set the clock of this host and keep it set (chrony or systemd-timesyncd).';
  return sureMs > CLOCK_FAIL_MS ? failCheck({ ...common, detail, fix, code: 'JOIN_CLOCK_OFF' }) : warnCheck({ ...common, detail, fix });
};

export const evaluateRoundTrip = ({ rttMs, timers }: { readonly rttMs: number; readonly timers: Timers }): JoinCheck => {
  const common = { id: 'round-trip', side: 'joiner' } as const;
  const limitMs = timers.electionMs / ELECTION_PER_ROUND_TRIP;
  const detail = `${figure(rttMs)} to the cluster; heartbeat ${timers.heartbeatMs} ms, election ${timers.electionMs} ms`;
  if (rttMs <= timers.heartbeatMs * ROUND_TRIP_PER_HEARTBEAT) return passCheck({ ...common, detail });
  if (rttMs <= limitMs) return warnCheck({ ...common, detail, fix: 'Use a slower etcd.timer_profile in the whole cluster, or a shorter line.' });
  const fix = `At most ${figure(limitMs)} is safe with these timers: use slower ones in the whole cluster (etcd.heartbeat_interval, etcd.election_timeout), or a shorter line.`;
  return failCheck({ ...common, detail, fix, code: 'JOIN_CHECK_FAILED' });
};

/** A slow disk slows the cluster and rarely breaks it: with default timers it never prevents a join; with faster ones etcd would not be started. */
export const evaluateFsync = ({ p99Ms, timers }: { readonly p99Ms: number; readonly timers: Timers }): JoinCheck => {
  const common = { id: 'fsync', side: 'joiner' } as const;
  const detail = `writing to the data directory takes ${figure(p99Ms)} (p99); heartbeat ${timers.heartbeatMs} ms`;
  if (p99Ms <= timers.heartbeatMs * FSYNC_COMFORT_PER_HEARTBEAT) return passCheck({ ...common, detail });
  const fix = 'Put the data directory on a faster disk (SSD), or give it one of its own.';
  const isFast = timers.heartbeatMs < TIMER_PROFILES.default.heartbeatMs;
  if (isFast && p99Ms > timers.heartbeatMs * FSYNC_PER_HEARTBEAT) return failCheck({ ...common, detail, fix, code: 'TIMER_PROFILE_UNSAFE' });
  return warnCheck({ ...common, detail, fix });
};

export const evaluateFreeSpace = ({ freeBytes, dbSizeBytes }: { readonly freeBytes: number; readonly dbSizeBytes: number }): JoinCheck => {
  const common = { id: 'free-space', side: 'joiner' } as const;
  const neededBytes = FREE_SPACE_PER_DB * dbSizeBytes + FREE_SPACE_EXTRA_BYTES;
  const detail = `${mebibytes(freeBytes)} free; ${mebibytes(neededBytes)} needed for a database of ${mebibytes(dbSizeBytes)}`;
  if (freeBytes >= neededBytes) return passCheck({ ...common, detail });
  return failCheck({ ...common, detail, fix: 'Free space on the file system of the data directory, or use another data_dir.', code: 'JOIN_CHECK_FAILED' });
};

export type DialResult =
  | { readonly kind: 'ok'; readonly rttMs: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'timeout'; readonly afterMs: number }
  /** Something answered, and it was not the joiner. */
  | { readonly kind: 'wrong-host' }
  | { readonly kind: 'failed'; readonly reason: string };

export type Dial = { readonly target: string; readonly result: DialResult };

/**
 * Judges connections to one or several addresses. A majority must answer, as for quorum: a voter that is down must not prevent its
 * replacement from joining. One address alone must answer.
 */
export const evaluateDial = ({
  id,
  side,
  dials,
}: {
  readonly id: Extract<CheckId, `dial-${string}`>;
  readonly side: Side;
  readonly dials: readonly Dial[];
}): JoinCheck => {
  const common = { id, side };
  const good = dials.flatMap(({ result }) => (result.kind === 'ok' ? [result.rttMs] : []));
  const reached = dials.map(({ target, result }) =>
    result.kind === 'ok' ? `${target} answers in ${figure(result.rttMs)}` : `${target} ${describeDial(result)}`,
  );
  const detail = reached.join('; ') || 'there is no address to reach';
  if (dials.length > 0 && good.length === dials.length) return passCheck({ ...common, detail });
  if (good.length > dials.length / 2) return warnCheck({ ...common, detail, fix: 'Start that replica, or open its port to this host.' });
  const isWrongHost = dials.some(({ result }) => result.kind === 'wrong-host');
  const fix = isWrongHost
    ? 'Another host has this address: correct etcd.peer_url or listeners.replica.advertise_url.'
    : `Open the port in both directions (${side === 'joiner' ? 'from this host to the cluster' : 'from the cluster to this host'} it is closed), and check the address.`;
  return failCheck({ ...common, detail, fix, code: 'JOIN_CHECK_FAILED' });
};

/** `position` counts from 1; null when nobody else is joining. */
export const evaluateQueue = ({ position, joining }: { readonly position: number | null; readonly joining: string | null }): JoinCheck => {
  const common = { id: 'queue', side: 'cluster' } as const;
  if (position === null) return passCheck({ ...common, detail: 'no other replica is joining' });
  const detail = `${joining ?? 'another replica'} is joining; this one is number ${position} in the queue`;
  return warnCheck({ ...common, detail, fix: 'Nothing: it goes on by itself when its turn comes. One learner at a time joins.' });
};

/** The failure that a join ends with: the first in the order of `CHECK_IDS`, on whichever side. Null when none failed. */
export const firstFailure = (checks: readonly JoinCheck[]): JoinCheck | null => {
  for (const id of CHECK_IDS) {
    const failed = checks.find((check) => check.id === id && check.verdict === 'fail');
    if (failed) return failed;
  }
  return null;
};

const describeDial = (result: Exclude<DialResult, { kind: 'ok' }>): string => {
  switch (result.kind) {
    case 'refused':
      return 'refuses the connection';
    case 'timeout':
      return `does not answer within ${figure(result.afterMs)}`;
    case 'wrong-host':
      return 'is answered by another host';
    case 'failed':
      return `cannot be reached: ${result.reason}`;
  }
};

const VERSION = /^v?(\d+)\.(\d+)\.\d+/;
const parseVersion = (text: string): { readonly major: number; readonly minor: number } | null => {
  const match = VERSION.exec(text);
  return match && { major: Number(match[1]), minor: Number(match[2]) };
};
const minorOf = (version: string): string => `${version.split('.').slice(0, 2).join('.')}.x`;
const figure = (ms: number): string => (ms < 10 ? `${Math.round(ms * 10) / 10} ms` : `${Math.round(ms)} ms`);
const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 1_048_576)} MiB`;
