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

const checkClusterJoin = ({ etcd, cluster_join: join }: Config): RuleProblem[] => {
  const isJoin = etcd.mode === 'join';
  const related = ['etcd.mode'];
  if (!join) return isJoin ? [{ key: 'cluster_join', value: undefined, rule: 'is required in mode join: cp_url, ca_fingerprint, and token_path or token', related }] : [];
  const problems: RuleProblem[] = [];
  for (const url of join.cp_url.split(',')) {
    const parsed = parsePlainUrl(url.trim());
    if (!parsed || parsed.rest !== '') problems.push({ key: 'cluster_join.cp_url', value: join.cp_url, rule: CP_URL_RULE, related: [] });
    else if (parsed.scheme !== 'https') problems.push({ key: 'cluster_join.cp_url', value: join.cp_url, rule: `must be https: the token travels over it; ${CP_URL_RULE}`, related: [] });
  }
  if (join.ca_fingerprint !== undefined && !isFingerprint(join.ca_fingerprint))
    problems.push({ key: 'cluster_join.ca_fingerprint', value: join.ca_fingerprint, rule: FINGERPRINT_RULE, related: [] });
  if (join.ca_fingerprint === undefined && isJoin)
    problems.push({ key: 'cluster_join.ca_fingerprint', value: undefined, rule: 'is required in mode join: without it anybody could pose as the cluster and take the token', related });
  if (join.token !== undefined && join.token_path !== undefined)
    problems.push({ key: 'cluster_join.token', value: join.token, rule: 'must not be given beside cluster_join.token_path: exactly one of the two', related: ['cluster_join.token_path'] });
  if (join.token === undefined && join.token_path === undefined && isJoin)
    problems.push({ key: 'cluster_join.token_path', value: undefined, rule: 'is required in mode join, or cluster_join.token: exactly one of the two', related: [...related, 'cluster_join.token'] });
  if (join.token !== undefined && !parseJoinToken(join.token).ok)
    problems.push({ key: 'cluster_join.token', value: join.token, rule: 'is not a join token (qrt_join_…), or a character of it is wrong: copy it again', related: [] });
  if (join.token_path?.startsWith('qrt_'))
    problems.push({ key: 'cluster_join.token_path', value: join.token_path, rule: 'must be the path of a file that holds the token, not the token', related: [] });
  if (join.timeout < JOIN_TIMEOUT_MS.min || join.timeout > JOIN_TIMEOUT_MS.max)
    problems.push({ key: 'cluster_join.timeout', value: formatDuration(join.timeout), rule: 'must be between 1s and 1h', related: [] });
  return problems;
};

const checkFiles = ({ data_dir, etcd, cluster_ca: ca }: Config): RuleProblem[] => {
  const problems: RuleProblem[] = [];
  if (etcd.data_dir !== undefined && trimSlash(etcd.data_dir) === trimSlash(data_dir))
    problems.push({ key: 'etcd.data_dir', value: etcd.data_dir, rule: 'must not be data_dir itself: it is set aside as a whole when this host joins a cluster', related: ['data_dir'] });
  if (ca.cert_file !== undefined && ca.cert_file === ca.key_file)
    problems.push({ key: 'cluster_ca.key_file', value: ca.key_file, rule: 'must be another file than cluster_ca.cert_file', related: ['cluster_ca.cert_file'] });
  if ((ca.cert_file === undefined) !== (ca.key_file === undefined)) {
    const [missing, given] = ca.cert_file === undefined ? (['cert_file', 'key_file'] as const) : (['key_file', 'cert_file'] as const);
    problems.push({ key: `cluster_ca.${missing}`, value: undefined, rule: `must be given together with cluster_ca.${given}`, related: [`cluster_ca.${given}`] });
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
  if (backup.interval <= 0) problems.push({ key: 'workers.backup.interval', value: formatDuration(backup.interval), rule: 'must be longer than zero', related: [] });
  if (backup.retention < 1) problems.push({ key: 'workers.backup.retention', value: backup.retention, rule: 'must be at least 1', related: [] });
  if (!backup.enabled) return problems;
  if (backup.dir === '') problems.push({ key: 'workers.backup.dir', value: backup.dir, rule: 'is required while workers.backup.enabled is true', related: ['workers.backup.enabled'] });
  // The worst failure mode is an operator who believes that backups run: refuse rather than ignore.
  const rule = 'must be false: the backup worker is not part of this version yet, and no backup would be made. Until then use "etcdctl snapshot save"';
  problems.push({ key: 'workers.backup.enabled', value: backup.enabled, rule, related: [] });
  return problems;
};

const trimSlash = (path: string): string => path.replace(/\/+$/, '');
