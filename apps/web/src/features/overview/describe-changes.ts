import type { ClusterStatus } from '@quorate/core/api/cluster';
import type { Member } from '@quorate/core/cluster/member';
import { memberLabel } from '../../components/member-label';
import { phaseLooks } from '../../components/phase-mark';
import { capitalise } from '../../lib/format';

/** What happened between two states of the cluster, one sentence each, for people who cannot see the page change. */
export const describeChanges = (before: ClusterStatus, after: ClusterStatus): string[] => {
  const lines: string[] = [];
  const known = new Map(before.members.map((member) => [member.id, member]));
  for (const member of after.members) lines.push(...describeMember(known.get(member.id), member));
  const left = new Set(after.members.map((member) => member.id));
  for (const member of before.members) if (!left.has(member.id)) lines.push(`${memberLabel(member)} was removed.`);
  if (before.leaderId !== after.leaderId) lines.push(describeLeader(after));
  if (before.quorum.words !== after.quorum.words) lines.push(`${capitalise(after.quorum.words)}.`);
  return lines;
};

const describeMember = (before: Member | undefined, after: Member): string[] => {
  if (!before) return [`${memberLabel(after)} was added as ${after.role}.`];
  const lines: string[] = [];
  if (before.role !== after.role) lines.push(`${memberLabel(after)} is a ${after.role} now.`);
  if (before.phase !== after.phase) lines.push(`${memberLabel(after)} is ${phaseLooks[after.phase].words.toLowerCase()} now.`);
  return lines;
};

const describeLeader = (status: ClusterStatus): string => {
  const leader = status.members.find((member) => member.id === status.leaderId);
  return leader ? `${memberLabel(leader)} is the leader now.` : 'There is no leader now.';
};
