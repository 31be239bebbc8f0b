/** Decides which conditions hold, from what one replica sees. Pure; the words are in `catalogue.ts`. */
import type { QuorumReport } from '../api/cluster';
import type { Member } from '../cluster/member';
import { buildCondition } from './catalogue';
import type { Condition, Severity } from './condition';

export type HealthView = {
  readonly nowMs: number;
  readonly quorum: QuorumReport;
  readonly hasLeader: boolean;
  readonly members: readonly Member[];
  /** `errors` of this member's etcd status: alarms, and texts such as "etcdserver: no leader". */
  readonly etcdErrors: readonly string[];
  /** etcd.quota_backend_bytes */
  readonly quotaBytes: number;
  readonly undoneJoins: readonly { readonly name: string; readonly reason: string; readonly atMs: number }[];
  /** Null while this replica's etcd runs steadily. */
  readonly etcdRestarting: { readonly restarts: number; readonly reason: string } | null;
  /** The configuration asks for a mode that the data on disk rule out. */
  readonly modeIgnored: boolean;
  /** Certificates of this replica. */
  readonly certificates: readonly { readonly file: string; readonly notAfterMs: number }[];
  readonly hasCaKey: boolean;
  /** Keys of stored records that could not be read. */
  readonly unreadableKeys: readonly string[];
};

/** Quorate renews at this distance when it starts: a certificate that is nearer was missed. */
export const CERTIFICATE_WARN_MS = 30 * 86_400_000;
export const DATABASE_WARN_PART = 0.8;
/** An undone join is news for an hour. */
export const UNDONE_NEWS_MS = 3_600_000;
/** First version of the 3.5 line without the known membership defects. */
const ETCD_FIXED_PATCH = 26;

/** The conditions that hold, most severe first; an empty list is a healthy cluster. */
export const evaluateConditions = (view: HealthView): Condition[] =>
  [
    ...evaluateQuorum(view),
    ...evaluateMembers(view),
    ...evaluateVersionsOf(view.members),
    ...evaluateStorage(view),
    ...evaluateSelf(view),
    ...view.undoneJoins.flatMap(({ name, reason, atMs }) => {
      const agoMs = Math.max(0, view.nowMs - atMs);
      return agoMs <= UNDONE_NEWS_MS ? [buildCondition('JOIN_UNDONE', { name, reason, agoMs })] : [];
    }),
  ].sort((a, b) => RANK[a.severity] - RANK[b.severity]);

const RANK = { critical: 0, warning: 1, info: 2 } as const satisfies Record<Severity, number>;

const evaluateQuorum = ({ quorum, hasLeader, members }: HealthView): Condition[] => {
  const { voters, needed, reachable } = quorum;
  if (voters === 0) return [];
  const down = members.filter(({ role, phase }) => role === 'voter' && phase !== 'ready').map(labelOf);
  // Without quorum there is no leader and no tolerance either: one finding says it all.
  if (!quorum.hasQuorum) return [buildCondition('NO_QUORUM', { voters, needed, reachable, down })];
  const found: Condition[] = [];
  if (!hasLeader) found.push(buildCondition('NO_LEADER', { reachable, voters }));
  if (quorum.toleranceNow === 0) found.push(buildCondition('TOLERANCE_ZERO', { voters, reachable, down }));
  if (voters % 2 === 0) found.push(buildCondition('EVEN_VOTERS', { voters, toleranceNominal: quorum.toleranceNominal }));
  return found;
};

const evaluateMembers = ({ members }: HealthView): Condition[] =>
  members.flatMap((member) => {
    const name = labelOf(member);
    if (member.role === 'voter')
      return member.phase === 'unreachable' ? [buildCondition('MEMBER_UNREACHABLE', { name, lastContactAt: member.lastContactAt })] : [];
    if (member.join === null) return [buildCondition('LEARNER_DANGLING', { id: member.id, name: member.name, peerUrl: member.peerUrls.join(', ') })];
    if (member.phase !== 'stalled') return [];
    return [buildCondition('LEARNER_STALLED', { name, reason: member.join.stallReason ?? 'no progress' })];
  });

const evaluateVersionsOf = (members: readonly Member[]): Condition[] => {
  const found: Condition[] = [];
  const defective = members.filter(({ etcdVersion }) => etcdVersion !== null && isDefective(etcdVersion));
  if (defective.length > 0)
    found.push(buildCondition('ETCD_ADVISORY', { versions: distinct(defective.map(({ etcdVersion }) => etcdVersion)), names: defective.map(labelOf) }));
  const etcd = distinct(members.map(({ etcdVersion }) => etcdVersion));
  const quorate = distinct(members.map(({ quorateVersion }) => quorateVersion));
  if (quorate.length > 1) found.push(buildCondition('VERSION_SKEW', { what: 'Quorate', versions: quorate }));
  if (etcd.length > 1) found.push(buildCondition('VERSION_SKEW', { what: 'etcd', versions: etcd }));
  return found;
};

const evaluateStorage = ({ members, etcdErrors, quotaBytes, unreadableKeys }: HealthView): Condition[] => {
  const found: Condition[] = [];
  // etcd writes an alarm as "memberID:<decimal id> alarm:NOSPACE".
  const alarms = { NOSPACE: etcdErrors.find((text) => text.includes('alarm:NOSPACE')), CORRUPT: etcdErrors.find((text) => text.includes('alarm:CORRUPT')) };
  if (alarms.CORRUPT !== undefined) found.push(buildCondition('ALARM_CORRUPT', { message: alarms.CORRUPT.trim() }));
  if (alarms.NOSPACE !== undefined) found.push(buildCondition('ALARM_NOSPACE', { message: alarms.NOSPACE.trim() }));
  for (const member of members)
    if (member.dbSizeBytes !== null && member.dbSizeBytes >= DATABASE_WARN_PART * quotaBytes)
      found.push(buildCondition('DATABASE_NEARLY_FULL', { name: labelOf(member), sizeBytes: member.dbSizeBytes, quotaBytes }));
  if (unreadableKeys.length > 0) found.push(buildCondition('RECORD_UNREADABLE', { keys: unreadableKeys }));
  return found;
};

const evaluateSelf = (view: HealthView): Condition[] => {
  const self = view.members.find(({ isSelf }) => isSelf);
  const name = self ? labelOf(self) : 'this replica';
  const found: Condition[] = [];
  if (view.etcdRestarting) found.push(buildCondition('ETCD_RESTARTING', { name, ...view.etcdRestarting }));
  for (const { file, notAfterMs } of view.certificates) {
    const leftMs = notAfterMs - view.nowMs;
    if (leftMs < CERTIFICATE_WARN_MS) found.push(buildCondition('CERTIFICATE_EXPIRING', { name, file, leftMs, notAfter: new Date(notAfterMs).toISOString() }));
  }
  if (self?.role === 'voter' && !view.hasCaKey) found.push(buildCondition('CA_KEY_MISSING', { name }));
  if (view.modeIgnored) found.push(buildCondition('MODE_IGNORED', { name }));
  return found;
};

const isDefective = (version: string): boolean => {
  const match = /^3\.5\.(\d+)/.exec(version);
  return match !== null && Number(match[1]) < ETCD_FIXED_PATCH;
};

/** Known versions, each once, oldest first. */
const distinct = (versions: readonly (string | null)[]): string[] =>
  [...new Set(versions.filter((version) => version !== null))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));

const labelOf = (member: Member): string => member.name || member.id;
