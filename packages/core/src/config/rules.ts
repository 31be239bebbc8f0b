/**
 * What a configuration must keep beyond the shape of single keys: rules over several keys, and forms of addresses.
 *
 * Pure: no rule looks at files, the network or the clock. Each message reads after `key = value: ` and names the other key where there is one.
 */
import { FINGERPRINT_RULE, isFingerprint } from '../join/fingerprint';
import { parseJoinToken } from '../join/token';
import { parsePlainUrl } from './address';
import { formatDuration } from './duration';
import type { RuleProblem } from './rule-problem';
import { checkEtcd } from './rules-etcd';
import { checkListeners } from './rules-listeners';
import type { Config } from './schema';

/** Every rule that the configuration breaks; empty when it may be used. */
export const checkRules = (config: Config): RuleProblem[] => [
  ...checkEtcd(config),
  ...checkClusterJoin(config),
  ...checkListeners(config),
  ...checkFiles(config),
  ...checkMembership(config),
  ...checkBackup(config),
];

const CP_URL_RULE = 'must be https://host:port of a replica listener (port 8443 by default), several separated by commas';
/** Bounds of cluster_join.timeout. */
const JOIN_TIMEOUT_MS = { min: 1000, max: 3_600_000 };

type JoinBlock = NonNullable<Config['cluster_join']>;

const checkClusterJoin = ({ etcd, cluster_join: join }: Config): RuleProblem[] => {
  const isJoin = etcd.mode === 'join';
  if (join) return [...checkCpUrl(join), ...checkFingerprint(join, isJoin), ...checkToken(join, isJoin), ...checkJoinTimeout(join)];
  if (!isJoin) return [];
  return [{ key: 'cluster_join', value: undefined, rule: 'is required in mode join: cp_url, ca_fingerprint, and token_path or token', related: ['etcd.mode'] }];
};

const checkCpUrl = ({ cp_url: value }: JoinBlock): RuleProblem[] => {
  const problem = (rule: string): RuleProblem[] => [{ key: 'cluster_join.cp_url', value, rule, related: [] }];
  const urls = value.split(',').map((text) => parsePlainUrl(text.trim()));
  if (urls.some((url) => url === null || url.rest !== '')) return problem(CP_URL_RULE);
  if (urls.some((url) => url?.scheme !== 'https')) return problem(`must be https: the token travels over it; ${CP_URL_RULE}`);
  return [];
};

const checkFingerprint = ({ ca_fingerprint: value }: JoinBlock, isJoin: boolean): RuleProblem[] => {
  const key = 'cluster_join.ca_fingerprint';
  if (value !== undefined) return isFingerprint(value) ? [] : [{ key, value, rule: FINGERPRINT_RULE, related: [] }];
  if (!isJoin) return [];
  return [{ key, value, rule: 'is required in mode join: without it anybody could pose as the cluster and take the token', related: ['etcd.mode'] }];
};

const checkToken = ({ token, token_path: path }: JoinBlock, isJoin: boolean): RuleProblem[] => {
  const keys = { token: 'cluster_join.token', path: 'cluster_join.token_path' };
  const problems: RuleProblem[] = [];
  if (token !== undefined && path !== undefined)
    problems.push({ key: keys.token, value: token, rule: `must not be given beside ${keys.path}: exactly one of the two`, related: [keys.path] });
  if (token === undefined && path === undefined && isJoin)
    problems.push({
      key: keys.path,
      value: undefined,
      rule: `is required in mode join, or ${keys.token}: exactly one of the two`,
      related: ['etcd.mode', keys.token],
    });
  if (token !== undefined && !parseJoinToken(token).ok)
    problems.push({ key: keys.token, value: token, rule: 'is not a join token (qrt_join_…), or a character of it is wrong: copy it again', related: [] });
  if (path?.startsWith('qrt_'))
    problems.push({ key: keys.path, value: path, rule: 'must be the path of a file that holds the token, not the token', related: [] });
  return problems;
};

const checkJoinTimeout = ({ timeout }: JoinBlock): RuleProblem[] =>
  timeout >= JOIN_TIMEOUT_MS.min && timeout <= JOIN_TIMEOUT_MS.max
    ? []
    : [{ key: 'cluster_join.timeout', value: formatDuration(timeout), rule: 'must be between 1s and 1h', related: [] }];

const checkFiles = ({ data_dir, etcd, cluster_ca: ca }: Config): RuleProblem[] => {
  const problems: RuleProblem[] = [];
  if (etcd.data_dir !== undefined && trimSlash(etcd.data_dir) === trimSlash(data_dir))
    problems.push({
      key: 'etcd.data_dir',
      value: etcd.data_dir,
      rule: 'must not be data_dir itself: it is set aside as a whole when this host joins a cluster',
      related: ['data_dir'],
    });
  if (ca.cert_file !== undefined && ca.cert_file === ca.key_file)
    problems.push({
      key: 'cluster_ca.key_file',
      value: ca.key_file,
      rule: 'must be another file than cluster_ca.cert_file',
      related: ['cluster_ca.cert_file'],
    });
  if ((ca.cert_file === undefined) !== (ca.key_file === undefined)) {
    const [missing, given] = ca.cert_file === undefined ? (['cert_file', 'key_file'] as const) : (['key_file', 'cert_file'] as const);
    problems.push({
      key: `cluster_ca.${missing}`,
      value: undefined,
      rule: `must be given together with cluster_ca.${given}`,
      related: [`cluster_ca.${given}`],
    });
  }
  return problems;
};

/** A tick faster than this only burdens the leader; one slower than this leaves learners waiting. */
const PROMOTE_INTERVAL_MS = { min: 100, max: 600_000 };

const checkMembership = ({ membership }: Config): RuleProblem[] => {
  const problems: RuleProblem[] = [];
  const { promote_interval: tick, evict_after: evict } = membership;
  if (tick < PROMOTE_INTERVAL_MS.min || tick > PROMOTE_INTERVAL_MS.max)
    problems.push({ key: 'membership.promote_interval', value: formatDuration(tick), rule: 'must be between 100ms and 10m', related: [] });
  if (evict <= tick)
    problems.push({
      key: 'membership.evict_after',
      value: formatDuration(evict),
      rule: `must be longer than membership.promote_interval (${formatDuration(tick)}): a learner would be removed before it could be promoted`,
      related: ['membership.promote_interval'],
    });
  return problems;
};

const checkBackup = ({ workers: { backup } }: Config): RuleProblem[] => {
  const problems: RuleProblem[] = [];
  if (backup.interval <= 0)
    problems.push({ key: 'workers.backup.interval', value: formatDuration(backup.interval), rule: 'must be longer than zero', related: [] });
  if (backup.retention < 1) problems.push({ key: 'workers.backup.retention', value: backup.retention, rule: 'must be at least 1', related: [] });
  if (!backup.enabled) return problems;
  if (backup.dir === '')
    problems.push({
      key: 'workers.backup.dir',
      value: backup.dir,
      rule: 'is required while workers.backup.enabled is true',
      related: ['workers.backup.enabled'],
    });
  // The worst failure mode is an operator who believes that backups run: refuse rather than ignore.
  const rule = 'must be false: the backup worker is not part of this version yet, and no backup would be made. Until then use "etcdctl snapshot save"';
  problems.push({ key: 'workers.backup.enabled', value: backup.enabled, rule, related: [] });
  return problems;
};

const trimSlash = (path: string): string => path.replace(/\/+$/, '');
