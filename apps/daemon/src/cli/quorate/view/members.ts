import type { MemberList, QuorumReport } from '@quorate/core/api/cluster';
import type { Member } from '@quorate/core/cluster/member';
import type { JoinProgress } from '@quorate/core/join/saga';
import { type Column, oneLine, table } from './table';
import { ago, bytes, seconds } from './words';

/** The members with every figure, and what the quorum survives. */
export const membersView = (list: MemberList, nowMs: number): string =>
  `${list.members.length === 0 ? 'No member is known yet.\n' : membersTable(list.members, nowMs)}\n${quorumLine(list.quorum)}\n`;

/** One line per member. The leader is marked by a word, not by a colour. */
export const membersTable = (members: readonly Member[], nowMs: number): string => table(columns(nowMs), members);

/** "quorum: 3 of 3 voters reachable, 2 needed; survives 1 more failure". */
export const quorumLine = (quorum: QuorumReport): string =>
  `quorum: ${quorum.reachable} of ${quorum.voters} voters reachable, ${quorum.needed} needed; ${quorum.words}`;

const columns = (nowMs: number): readonly Column<Member>[] => [
  { title: 'ID', cell: (member) => member.id },
  { title: 'NAME', cell: (member) => `${member.name === '' ? '(not started)' : member.name}${member.isSelf ? ' (here)' : ''}` },
  { title: 'ROLE', cell: (member) => (member.isLeader ? `${member.role}, leader` : member.role) },
  { title: 'PHASE', cell: phaseText },
  { title: 'LAG', cell: (member) => number(member.lagEntries), align: 'right' },
  { title: 'INDEX', cell: (member) => member.raftAppliedIndex ?? '-', align: 'right' },
  { title: 'DB SIZE', cell: (member) => (member.dbSizeBytes === null ? '-' : bytes(member.dbSizeBytes)), align: 'right' },
  { title: 'ETCD', cell: (member) => member.etcdVersion ?? '-' },
  { title: 'QUORATE', cell: (member) => member.quorateVersion ?? '-' },
  { title: 'LAST CONTACT', cell: (member) => (member.isSelf ? 'now' : ago(member.lastContactAt, nowMs)) },
  { title: 'PEER URL', cell: (member) => member.peerUrls.join(',') },
];

const phaseText = (member: Member): string => (member.join === null ? member.phase : `${member.phase}${progressText(member.join)}`);

const progressText = (join: JoinProgress): string => {
  const percent = join.percent === null ? '' : ` ${join.percent} %`;
  return join.etaSeconds === null ? percent : `${percent}, ${seconds(join.etaSeconds)} left`;
};

const number = (value: number | null): string => (value === null ? '-' : String(value));

/** What a join does at the moment: "n4  catching-up 63 %, 12 s left", "n5  waiting, 1st in the queue". */
export const joinLine = (join: JoinProgress): string => {
  const state = join.queuePosition === null ? `${join.phase}${progressText(join)}` : `waiting, number ${join.queuePosition} in the queue`;
  const stall = join.stallReason === null ? '' : `; stalled: ${join.stallReason}`;
  return oneLine(`${join.name}  ${state}${stall}`);
};
