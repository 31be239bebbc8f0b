import { isIP } from 'node:net';
import { chooseTimers } from '@quorate/core/cluster/timers';
import type { Config } from '@quorate/core/config/schema';
import { AppError } from '@quorate/core/errors/app-error';
import type { Timers } from '@quorate/core/join/wire';
import { QUORATE_VERSION } from '@quorate/core/version';
import type { ReplicaPaths } from '../config/paths';
import { etcdVersion } from '../etcd/version';
import { routableIpv4 } from '../host/addresses';
import { measureFsync } from '../host/disk';
import { findEtcd } from '../host/executable';
import { measureTcpRtt } from '../host/rtt';
import type { CachedMember } from '../services/health/member-cache';
import type { InstallPaths } from '../services/join/install';
import type { JoinRequest } from '../services/join/join-host';
import type { JoinHost } from '../services/join/joining-host';
import { pkiDirOf } from '../services/supervisor/prepare-member';
import { parseAddress, type ReplicaUrls, resolveUrls } from '../services/supervisor/urls';

/** This host as the configuration describes it, with everything "auto" resolved. */
export type Host = { readonly urls: ReplicaUrls; readonly binary: string; readonly etcdVersion: string; readonly timers: Timers };

export const resolveHost = async (
  config: Config,
  given: { paths: ReplicaPaths; searchPath: string; peers: readonly CachedMember[] },
  signal: AbortSignal,
): Promise<Host> => {
  const routableIp = needsAddress(config) ? (await routableIpv4()).address : '127.0.0.1';
  const urls = resolveUrls(config, { routableIp, isIp: (host) => isIP(host) !== 0 });
  const binary = await findEtcd(config.etcd.binary, given.searchPath);
  const [version, timers] = await Promise.all([etcdVersion(binary, { signal }), decideTimers(config, given, signal)]);
  return { urls, binary, etcdVersion: version.text, timers };
};

const needsAddress = (config: Config): boolean => config.etcd.peer_url === 'auto';

/** The configured timers, refused when what is measured here makes them unsafe. The default profile needs no measuring. */
const decideTimers = async (config: Config, given: { paths: ReplicaPaths; peers: readonly CachedMember[] }, signal: AbortSignal): Promise<Timers> => {
  const { timer_profile: profile, heartbeat_interval: heartbeatMs, election_timeout: electionMs } = config.etcd;
  const isPlain = profile === 'default' && heartbeatMs === undefined;
  const fsyncP99Ms = isPlain ? null : (await measureFsync(given.paths.dataDir, { signal })).p99Ms;
  const rttMs = isPlain ? null : await largestRtt(given.peers, config.etcd.name, signal);
  const choice = chooseTimers({ profile, heartbeatMs, electionMs, rttMs, fsyncP99Ms });
  if (choice.ok) return choice.timers;
  throw new AppError('TIMER_PROFILE_UNSAFE', { message: choice.reason });
};

/** Round trip to the farthest member that answers; null when there is none. */
const largestRtt = async (peers: readonly CachedMember[], ownName: string, signal: AbortSignal): Promise<number | null> => {
  const others = peers.filter((peer) => peer.name !== ownName && peer.peerUrls[0] !== undefined);
  const measured = await Promise.all(
    others.map(async (peer) => {
      const { hostname, port } = new URL(peer.peerUrls[0] ?? '');
      return measureTcpRtt({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), samples: 3, signal }).then(
        ({ p50Ms }) => p50Ms,
        () => null,
      );
    }),
  );
  const known = measured.filter((rtt) => rtt !== null);
  return known.length === 0 ? null : Math.max(...known);
};

/** Where the identity of this host lies. */
export const toInstallPaths = (paths: ReplicaPaths): InstallPaths => ({
  dataDir: paths.dataDir,
  etcdDir: paths.etcdDataDir,
  caCertFile: paths.caCertFile,
  caKeyFile: paths.caKeyFile,
  pkiDir: pkiDirOf(paths.dataDir),
});

/** This host as a joiner. */
export const toJoinHost = (config: Config, paths: ReplicaPaths, host: Host): JoinHost => ({
  paths: toInstallPaths(paths),
  name: config.etcd.name,
  urls: host.urls,
  replicaAddress: parseAddress(config.listeners.replica.address),
  clusterToken: config.etcd.cluster_token,
  versions: { quorate: QUORATE_VERSION, etcd: host.etcdVersion },
  timers: host.timers,
});

/** The cluster_join block as a request. Throws CONFIG_INVALID when there is none. */
export const toJoinRequest = (config: Config): JoinRequest => {
  const block = config.cluster_join;
  if (!block?.ca_fingerprint)
    throw new AppError('CONFIG_INVALID', { message: 'mode join needs a cluster_join block with cp_url, token_path and ca_fingerprint' });
  return {
    urls: block.cp_url.split(',').map((url) => url.trim()),
    caFingerprint: block.ca_fingerprint,
    token: block.token === undefined ? { path: block.token_path ?? '' } : { text: block.token },
    patienceMs: block.timeout,
  };
};
