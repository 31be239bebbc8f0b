/**
 * Quorum arithmetic: the one place that knows what a cluster survives. Server, CLI and page all print what is computed here.
 *
 * Pure: it sees members as (role, up, leader) and nothing else. It never decides on its own to change anything; `membership-plan.ts` does that.
 */
import type { QuorumReport, RemovalPreview, SimulateOutput } from '../api/cluster';
import { AppError } from '../errors/app-error';
import type { MemberRole } from './member';

/** A member as quorum arithmetic sees it. */
export type QuorumMember = {
  readonly id: string;
  readonly name: string;
  readonly role: MemberRole;
  /** True while it is in contact with the observer. */
  readonly up: boolean;
  readonly isLeader: boolean;
};

export type RemovalVerdict = Pick<RemovalPreview, 'before' | 'after' | 'verdict' | 'consequences'>;

/** Votes needed to commit with so many voters: floor(voters / 2) + 1. */
export const votesNeeded = (voters: number): number => Math.floor(voters / 2) + 1;

/** Quorum of the members in figures and words. Learners have no vote and do not count. */
export const reportQuorum = (members: readonly QuorumMember[]): QuorumReport => {
  const all = members.filter((member) => member.role === 'voter');
  const voters = all.length;
  const needed = votesNeeded(voters);
  const reachable = all.filter((member) => member.up).length;
  const figures = {
    voters,
    needed,
    reachable,
    hasQuorum: reachable >= needed,
    toleranceNominal: Math.max(0, voters - needed),
    toleranceNow: Math.max(0, reachable - needed),
  };
  return { ...figures, words: describeQuorum(figures) };
};

/**
 * What removing a member would leave. The verdict of a voter:
 * - `refused`: it is the last voter, or there is no quorum to commit any change of membership
 * - `unsafe`: quorum would be gone, tolerance would drop to none, or one voter alone would hold the data
 * - `safe`: everything else; a learner has no vote, so it is safe whenever the change can be committed at all
 *
 * @throws AppError MEMBER_NOT_FOUND when no member has this id.
 */
export const previewRemoval = (members: readonly QuorumMember[], id: string): RemovalVerdict => {
  const member = members.find((candidate) => candidate.id === id);
  if (!member) throw new AppError('MEMBER_NOT_FOUND', { message: `no member has the id ${id}`, data: { id } });
  const before = reportQuorum(members);
  const after = reportQuorum(members.filter((candidate) => candidate.id !== id));
  const { verdict, why } = judgeRemoval(member, before, after);
  return { before, after, verdict, consequences: [...why, ...describeAftermath(member, { before, after, verdict })] };
};

/**
 * What would be true if these members failed as well, on top of those that are down already.
 *
 * @param down Ids or names; an id wins over an equal name. Repetitions count once.
 * @throws AppError MEMBER_NOT_FOUND for one that is neither.
 */
export const simulate = (members: readonly QuorumMember[], down: readonly string[]): SimulateOutput => {
  const failed = new Set(down.map((idOrName) => findMember(members, idOrName)));
  const after = members.map((member) => (failed.has(member) ? { ...member, up: false } : member));
  const now = reportQuorum(members);
  const then = reportQuorum(after);
  return {
    down: members.filter((member) => failed.has(member)).map(({ id, name }) => ({ id, name })),
    now,
    then,
    consequences: describeSurvivors(after, then),
  };
};

const findMember = (members: readonly QuorumMember[], idOrName: string): QuorumMember => {
  const found = members.find((member) => member.id === idOrName) ?? members.find((member) => member.name !== '' && member.name === idOrName);
  if (!found) {
    const known = members.map(labelOf).join(', ');
    throw new AppError('MEMBER_NOT_FOUND', { message: `no member has the id or name "${idOrName}"; members are ${known}`, data: { idOrName } });
  }
  return found;
};

const describeQuorum = (report: Omit<QuorumReport, 'words'>): string => {
  if (report.voters === 0) return 'cannot write: no voter is known';
  if (!report.hasQuorum) return `cannot write: ${report.voters - report.reachable} of ${report.voters} voters are down`;
  if (report.voters === 1) return 'one replica: no redundancy, does not survive a failure';
  if (report.toleranceNow === 0) return 'does not survive another failure';
  return `survives ${report.toleranceNow} more failure${report.toleranceNow === 1 ? '' : 's'}`;
};

type Judgement = { readonly verdict: RemovalPreview['verdict']; readonly why: readonly string[] };

const judgeRemoval = (member: QuorumMember, before: QuorumReport, after: QuorumReport): Judgement => {
  if (member.role === 'voter' && before.voters === 1) return { verdict: 'refused', why: ['It is the last voter: without it there is no cluster.'] };
  if (!before.hasQuorum) {
    const why = `etcd cannot commit any change of membership now: it ${before.words.replace('cannot write: ', 'has no quorum, ')}. Bring voters back first.`;
    return { verdict: 'refused', why: [why] };
  }
  if (member.role === 'learner') return { verdict: 'safe', why: ['It is a learner and has no vote: quorum and tolerance stay as they are.'] };
  const why: string[] = [];
  if (!after.hasQuorum)
    why.push(
      `Quorum would be lost: ${after.voters} voters would need ${after.needed}, and only ${after.reachable} ${areUp(after.reachable)}. etcd itself is expected to refuse this, even with --force.`,
    );
  if (after.voters === 1) why.push('All data would be on one voter: losing its disk would lose everything.');
  if (after.hasQuorum && before.toleranceNow > 0 && after.toleranceNow === 0)
    why.push(`The cluster survives ${failures(before.toleranceNow)} now and would survive none afterwards.`);
  return { verdict: why.length > 0 ? 'unsafe' : 'safe', why };
};

type Aftermath = { readonly before: QuorumReport; readonly after: QuorumReport; readonly verdict: RemovalPreview['verdict'] };

const describeAftermath = (member: QuorumMember, { before, after, verdict }: Aftermath): string[] => {
  if (verdict === 'refused') return [];
  const lines: string[] = [];
  if (member.isLeader) lines.push(`${labelOf(member)} is the leader: leadership moves to another voter first.`);
  if (member.role === 'voter' && !member.up) lines.push(...describeDeadVoter(member, before, after));
  if (member.role === 'voter') {
    lines.push(`Voters: ${before.voters} now, ${after.voters} afterwards. Now: ${before.words}. Afterwards: ${after.words}.`);
    if (after.voters > 1 && after.voters % 2 === 0)
      lines.push(`${after.voters} voters survive no more failures than ${after.voters - 1}: add a replica to have an odd number again.`);
  }
  lines.push(`${labelOf(member)} must join anew to come back; the data on its disk stay where they are.`);
  return lines;
};

/** A voter that is down counts in what is needed and not in what is there: removing it never costs present tolerance. */
const describeDeadVoter = (member: QuorumMember, before: QuorumReport, after: QuorumReport): string[] => {
  const lines = [`${labelOf(member)} is down: removing it takes no working replica away.`];
  if (after.toleranceNow > before.toleranceNow)
    lines.push(`Tolerance rises from ${before.toleranceNow} to ${after.toleranceNow}, because fewer votes are needed.`);
  if (after.toleranceNominal < before.toleranceNominal)
    lines.push(
      `If it came back instead, the cluster would survive ${failures(before.toleranceNominal)}; without it, ${failures(after.toleranceNominal)} until a replacement has joined.`,
    );
  return lines;
};

const describeSurvivors = (members: readonly QuorumMember[], then: QuorumReport): string[] => {
  const lines: string[] = [];
  const survivors = members.filter((member) => member.up);
  if (then.hasQuorum && members.some((member) => member.isLeader && !member.up))
    lines.push('The leader is among the failed: the others elect a new one; writes wait for that, about one to two election time-outs.');
  for (const member of survivors) lines.push(`${labelOf(member)} ${abilityOf(member, then)}`);
  if (survivors.length === 0) lines.push('No replica is left: nothing answers until one is started.');
  if (!then.hasQuorum && then.voters > 0)
    lines.push(
      `Writes return as soon as ${then.needed - then.reachable} more of the ${then.voters} voters ${then.needed - then.reachable === 1 ? 'is' : 'are'} back.`,
    );
  return lines;
};

const abilityOf = (member: QuorumMember, then: QuorumReport): string => {
  if (member.role === 'learner') return 'keeps its copy of the data and shows this page, without a vote.';
  if (then.hasQuorum) return 'goes on reading and writing.';
  return 'refuses writes; it shows this page and what it knew last.';
};

const failures = (count: number): string => (count === 0 ? 'no failure' : count === 1 ? '1 failure' : `${count} failures`);
const areUp = (count: number): string => (count === 1 ? 'is up' : 'are up');
const labelOf = (member: QuorumMember): string => (member.name === '' ? member.id : member.name);
