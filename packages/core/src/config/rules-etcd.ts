import { MemberNameSchema } from '../cluster/member';
import { isLoopbackHost, isWildcardHost, normalizeUrl, parsePlainUrl } from './address';
import { formatDuration } from './duration';
import { type InitialMember, parseInitialCluster } from './initial-cluster';
import type { RuleProblem } from './rule-problem';
import type { Config } from './schema';

type Etcd = Config['etcd'];

/** Rules of the etcd block: URLs, timers, the member list of mode bootstrap. */
export const checkEtcd = ({ etcd }: Config): RuleProblem[] => [
  ...checkPeerUrl(etcd),
  ...checkClientUrl(etcd),
  ...checkTimers(etcd),
  ...checkInitialCluster(etcd),
];

/** The rule that a peer URL breaks; null when it is fine. The form is etcd's: scheme, host, port, nothing else. */
const peerUrlRule = (text: string): string | null => {
  const url = parsePlainUrl(text);
  if (!url) return 'must be https://host:port, for example https://10.0.0.12:2380, or auto';
  if (url.scheme !== 'https') return 'must be https: peer traffic is always mutual TLS';
  if (url.rest !== '') return `must end with the port: etcd refuses a path ("${url.rest}")`;
  if (isWildcardHost(url.host)) return 'must name an address under which the other replicas reach this host';
  if (url.port === 0) return 'must name a port: the other replicas connect to it';
  return null;
};

const checkPeerUrl = ({ peer_url: value }: Etcd): RuleProblem[] => {
  const rule = value === 'auto' ? null : peerUrlRule(value);
  return rule === null ? [] : [{ key: 'etcd.peer_url', value, rule, related: [] }];
};

const checkClientUrl = ({ client_url: value }: Etcd): RuleProblem[] => {
  const problem = (rule: string): RuleProblem[] => [{ key: 'etcd.client_url', value, rule, related: [] }];
  const url = parsePlainUrl(value);
  if (url?.rest !== '') return problem('must be https://host:port on a loopback address, for example https://127.0.0.1:2379');
  if (url.scheme !== 'https') return problem('must be https: only this daemon may speak to its etcd, with its own certificate');
  if (!isLoopbackHost(url.host)) return problem('must be on a loopback address (127.0.0.0/8, ::1 or localhost): nobody else speaks to this etcd');
  if (url.port === 0) return problem('must name a port');
  return [];
};

/** etcd refuses election time-outs above 50 s (`maxElectionMs` in its embed/config.go). */
const ELECTION_MAX_MS = 50_000;
/** Below this a busy host alone makes a leader look dead. */
const HEARTBEAT_MIN_MS = 10;

const checkTimers = (etcd: Etcd): RuleProblem[] => {
  const { heartbeat_interval: heartbeatMs, election_timeout: electionMs } = etcd;
  const heartbeatKey = 'etcd.heartbeat_interval';
  const electionKey = 'etcd.election_timeout';
  if (heartbeatMs === undefined && electionMs === undefined) return [];
  if (heartbeatMs === undefined) return [{ key: heartbeatKey, value: undefined, rule: `must be given together with ${electionKey}`, related: [electionKey] }];
  if (electionMs === undefined) return [{ key: electionKey, value: undefined, rule: `must be given together with ${heartbeatKey}`, related: [heartbeatKey] }];
  const problems: RuleProblem[] = [];
  if (heartbeatMs < HEARTBEAT_MIN_MS)
    problems.push({ key: heartbeatKey, value: formatDuration(heartbeatMs), rule: `must be at least ${HEARTBEAT_MIN_MS}ms`, related: [] });
  if (electionMs > ELECTION_MAX_MS)
    problems.push({
      key: electionKey,
      value: formatDuration(electionMs),
      rule: `must be at most ${formatDuration(ELECTION_MAX_MS)}: etcd refuses more`,
      related: [],
    });
  if (electionMs <= 5 * heartbeatMs) {
    const rule = `must be more than 5 × ${heartbeatKey} (5 × ${formatDuration(heartbeatMs)} = ${formatDuration(5 * heartbeatMs)}): a few late heartbeats would depose the leader`;
    problems.push({ key: electionKey, value: formatDuration(electionMs), rule, related: [heartbeatKey] });
  }
  return problems;
};

const KEY = 'etcd.initial_cluster';

const checkInitialCluster = (etcd: Etcd): RuleProblem[] => {
  const { mode, initial_cluster: value } = etcd;
  const related = ['etcd.mode'];
  if (mode === 'bootstrap' && value === undefined)
    return [{ key: KEY, value, rule: 'is required in mode bootstrap: all members, "n0=https://10.0.0.10:2380,n1=https://10.0.0.11:2380"', related }];
  if (value === undefined) return [];
  const problems: RuleProblem[] = [];
  if (mode !== 'bootstrap') {
    const why = mode === 'join' ? 'the list comes from the cluster' : 'a single replica starts alone and grows by joins';
    problems.push({ key: KEY, value, rule: `must not be given in etcd.mode ${mode}: ${why}`, related });
  }
  const members = parseInitialCluster(value);
  if (!members) return [...problems, { key: KEY, value, rule: 'must be name=https://host:port for each member, separated by commas', related: [] }];
  problems.push(...checkEntries(members, value));
  if (mode === 'bootstrap') problems.push(...checkSelf(members, etcd));
  return problems;
};

const checkEntries = (members: readonly InitialMember[], value: string): RuleProblem[] => {
  const rules: string[] = [];
  for (const { name, peerUrl } of members) {
    if (!MemberNameSchema.safeParse(name).success) rules.push(`"${name}" is not a member name: letters, digits, ".", "_", "-", at most 63`);
    const rule = peerUrlRule(peerUrl);
    if (rule !== null) rules.push(`the URL of ${name}, "${peerUrl}", ${rule.replace(', or auto', '')}`);
  }
  for (const name of repeated(members.map((member) => member.name))) rules.push(`the name ${name} appears more than once`);
  for (const url of repeated(members.map((member) => normalizeUrl(member.peerUrl)))) rules.push(`the URL ${url} appears more than once`);
  return rules.map((rule) => ({ key: KEY, value, rule, related: [] }));
};

const checkSelf = (members: readonly InitialMember[], etcd: Etcd): RuleProblem[] => {
  const self = members.find((member) => member.name === etcd.name);
  const related = ['etcd.mode', 'etcd.name', KEY];
  if (!self)
    return [
      {
        key: KEY,
        value: etcd.initial_cluster,
        rule: `must contain this member itself: etcd.name is ${etcd.name}, the list has ${members.map(({ name }) => name).join(', ')}`,
        related,
      },
    ];
  if (normalizeUrl(self.peerUrl) === normalizeUrl(etcd.peer_url)) return [];
  return [{ key: 'etcd.peer_url', value: etcd.peer_url, rule: `must be the URL that ${KEY} gives to ${etcd.name}: ${self.peerUrl}`, related }];
};

const repeated = (texts: readonly string[]): string[] => [...new Set(texts.filter((text, at) => texts.indexOf(text) !== at))];
