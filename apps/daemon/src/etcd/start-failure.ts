/**
 * What etcd's last words mean. etcd says why it cannot start in its log and nowhere else; like errors.ts for answers, this is
 * the only file that matches on those texts.
 */
import { AppError } from '@quorate/core/errors/app-error';
import type { ErrorCode } from '@quorate/core/errors/codes';
import type { EtcdExit } from './api';

type Cause = {
  readonly text: RegExp;
  readonly reason: string;
  readonly code: ErrorCode;
  readonly message: string;
  /** Default: the remedy of the code. */
  readonly hint?: string;
  /** True when starting again can never help. */
  readonly permanent?: boolean;
};

/** First match wins; tried on the newest lines first. */
const causes = [
  {
    text: /address already in use/,
    reason: 'address-in-use',
    code: 'ETCD_START_FAILED',
    message: 'etcd cannot listen: another process has the address',
    hint: 'Stop the process that listens there (ss -ltnp shows it), or set other ports in etcd.peer_url and etcd.client_url.',
  },
  {
    text: /cannot assign requested address/,
    reason: 'address-not-here',
    code: 'ETCD_START_FAILED',
    message: 'etcd cannot listen: the address is not one of this host',
    hint: 'Correct the host in etcd.peer_url and etcd.client_url.',
  },
  {
    text: /permanently removed from (the )?cluster|member has been (permanently )?removed/,
    reason: 'removed-from-cluster',
    code: 'MEMBER_REMOVED',
    message: 'this member was removed from its cluster',
    hint: 'It cannot come back with its old data. Join again: "quorated join …" sets the data aside.',
    permanent: true,
  },
  {
    text: /flocked by another process|holding the file lock|file already locked/,
    reason: 'data-dir-in-use',
    code: 'ETCD_START_FAILED',
    message: 'another etcd uses the same data directory',
    hint: 'Stop the other etcd, or set another data_dir.',
  },
  {
    text: /cluster ID mismatch|mismatch cluster ID|cluster-id-mismatch/i,
    reason: 'cluster-id-mismatch',
    code: 'ETCD_START_FAILED',
    message: 'the data of this member belongs to another cluster than its peers',
    hint: 'Compare etcd.cluster_token and etcd.initial_cluster on all hosts; to move this host to the other cluster, join it again.',
    permanent: true,
  },
  {
    text: /crc mismatch|walpb: |wal: (max entry size|file not found|slice bounds)|invalid database|snap: no available snapshot|failed to recover v3 backend|checksum error|page \d+ already freed|found data inconsistency with peers|failed initial corrupt|unexpected EOF.*wal|freepages: failed|assertion failed/,
    reason: 'data-damaged',
    code: 'DATA_DIR_DAMAGED',
    message: 'the data directory of etcd is damaged',
    permanent: true,
  },
  {
    text: /no space left on device/,
    reason: 'disk-full',
    code: 'ETCD_START_FAILED',
    message: 'etcd cannot write: the disk is full',
    hint: 'Free space on the volume of data_dir, then start again.',
  },
  {
    text: /too many open files/,
    reason: 'file-limit',
    code: 'ETCD_START_FAILED',
    message: 'etcd may not open as many files as it needs',
    hint: 'Raise the limit of open files (LimitNOFILE= in the unit, ulimit -n in a shell).',
  },
  {
    text: /permission denied|operation not permitted/,
    reason: 'permission',
    code: 'ETCD_START_FAILED',
    message: 'etcd may not use one of its files or ports',
    hint: 'Give data_dir to the user that runs quorated; ports below 1024 need a privilege.',
  },
  {
    text: /member count is unequal|unmatched member while checking PeerURLs|has not been bootstrapped|couldn't find local name|has already been bootstrapped|missing from --initial-advertise-peer-urls/,
    reason: 'initial-cluster',
    code: 'ETCD_START_FAILED',
    message: 'the list of first members does not fit the cluster',
    hint: 'Give every host the same etcd.initial_cluster, with exactly the peer URLs that the members use.',
  },
  {
    text: /x509|tls: |bad certificate|could not load cert|open \S+\.(crt|key|pem): /,
    reason: 'certificate',
    code: 'CERT_INVALID',
    message: 'etcd cannot use its certificates',
  },
  {
    text: /--election-timeout\[|--heartbeat-interval\[|election timeout .* too/,
    reason: 'timers',
    code: 'ETCD_START_FAILED',
    message: 'etcd refuses its timers',
    hint: 'The election timeout must be at least five heartbeats and at most 50,000 ms.',
  },
] as const satisfies readonly Cause[];

/** All lines are searched for the reason; so many go along with the error. */
const SHOWN_LINES = 50;

/** Why an etcd that exited did not start. `data` = { reason, permanent, exitCode, signal, lastLines }. */
export const startFailure = (exit: EtcdExit): AppError => {
  const cause = findCause(exit.lastLines);
  return new AppError(cause?.code ?? 'ETCD_START_FAILED', {
    message: cause?.message ?? (exit.signal === null ? `etcd ended with status ${exit.code}` : `etcd was ended by ${exit.signal}`),
    ...(cause?.hint === undefined ? {} : { hint: cause.hint }),
    data: {
      reason: cause?.reason ?? 'unknown',
      permanent: cause?.permanent ?? false,
      exitCode: exit.code,
      signal: exit.signal,
      lastLines: exit.lastLines.slice(-SHOWN_LINES),
    },
  });
};

/**
 * Why an etcd that runs does not serve. What it warns about may still pass, so nothing is permanent here. `data` = { reason, lastLines }.
 */
export const startDelay = (waitedMs: number, lastLines: readonly string[]): AppError => {
  const cause = findCause(lastLines);
  return new AppError('ETCD_START_FAILED', {
    message: `etcd runs but did not serve within ${waitedMs} ms${cause ? `: ${cause.message}` : ''}`,
    hint:
      cause?.hint ??
      'A member of a new cluster serves once a majority of its first members runs and can be reached. Start the others; compare addresses, cluster tokens and certificates.',
    data: { reason: cause?.reason ?? 'not-in-time', lastLines },
  });
};

/** Causes are looked for in what killed etcd first, then in its errors, then in its warnings; newest first. Routine lines quote flags and prove nothing. */
const findCause = (lines: readonly string[]): Cause | undefined => {
  const telling = lines.filter((line) => !/^(info|debug) /.test(line)).reverse();
  const ranked = telling.sort((a, b) => rank(a) - rank(b));
  for (const line of ranked) {
    const cause = causes.find((candidate) => candidate.text.test(line));
    if (cause) return cause;
  }
  return undefined;
};

const rank = (line: string): number => {
  if (/^(fatal|panic|dpanic) |^panic:/.test(line)) return 0;
  return line.startsWith('error ') ? 1 : 2;
};
