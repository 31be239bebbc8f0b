import type { ClusterStatus } from '@quorate/core/api/cluster';
import type { Condition } from '@quorate/core/health/condition';
import { paint, type Terminal } from '../terminal';
import { joinLine, membersTable, quorumLine } from './members';
import { oneLine, pairs } from './table';

const STYLES = { info: 'bold', warning: 'yellow', critical: 'red' } as const;

/** Everything an operator asks first: does it write, who leads, what is wrong and what to do. */
export const statusView = (status: ClusterStatus, terminal: Pick<Terminal, 'hasColor'>): string => {
  const leader = status.members.find((member) => member.id === status.leaderId);
  const head = pairs([
    ['cluster', `${status.clusterId}, generation ${status.generation}`],
    ['leader', leader === undefined ? 'none' : `${leader.name} (${leader.id}), term ${status.raftTerm}`],
    ['asked', `${status.servedBy.name} (${status.servedBy.role}) at ${status.observedAt}`],
    ['cluster CA', status.caFingerprint],
  ]);
  const parts = [
    `${paint(terminal, status.quorum.hasQuorum ? 'bold' : 'red', quorumLine(status.quorum))}\n`,
    head,
    status.members.length === 0 ? '' : membersTable(status.members, Date.parse(status.observedAt)),
    section(
      'joins under way',
      status.joins.map((join) => `  ${joinLine(join)}\n`),
    ),
    section(
      'conditions',
      status.conditions.map((condition) => conditionText(condition, terminal)),
    ),
  ];
  return parts.filter((part) => part !== '').join('\n');
};

const section = (title: string, lines: readonly string[]): string => (lines.length === 0 ? '' : `${title}\n${lines.join('')}`);

const conditionText = (condition: Condition, terminal: Pick<Terminal, 'hasColor'>): string => {
  const subject = condition.subject === null ? '' : ` (${condition.subject})`;
  const lines = [
    `  ${paint(terminal, STYLES[condition.severity], condition.severity)} ${condition.code}${oneLine(subject)}: ${oneLine(condition.title)}`,
    `    why: ${oneLine(condition.why)}`,
    `    seen: ${oneLine(condition.evidence)}`,
    `    to fix: ${oneLine(condition.remedy)}`,
  ];
  return `${lines.join('\n')}\n`;
};
