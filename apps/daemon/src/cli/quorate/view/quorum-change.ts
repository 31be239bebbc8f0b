import type { QuorumReport, RemovalPreview, SimulateOutput } from '@quorate/core/api/cluster';
import { oneLine, table } from './table';

/** What removing a member does to the quorum, and what will be true afterwards. */
export const removalView = (preview: RemovalPreview): string => {
  const { member } = preview;
  const title = `remove ${member.name === '' ? 'the member that never started' : member.name} (${member.id}): ${member.role}${member.isLeader ? ', leader' : ''}, ${member.phase}`;
  return `${oneLine(title)}\n\n${change({ now: preview.before, then: preview.after, thenTitle: 'AFTER' })}${consequences(preview.consequences)}`;
};

/** What the loss of members would mean. */
export const simulationView = (simulated: SimulateOutput): string => {
  const down = simulated.down.map(({ name, id }) => `${name} (${id})`).join(', ');
  return `if down: ${oneLine(down === '' ? 'nobody' : down)}\n\n${change({ now: simulated.now, then: simulated.then, thenTitle: 'THEN' })}${consequences(simulated.consequences)}`;
};

const change = ({ now, then, thenTitle }: { now: QuorumReport; then: QuorumReport; thenTitle: string }): string => {
  const rows: readonly (readonly [string, (report: QuorumReport) => string])[] = [
    ['voters', (report) => String(report.voters)],
    ['reachable', (report) => String(report.reachable)],
    ['needed', (report) => String(report.needed)],
    ['failures survived', (report) => String(report.toleranceNow)],
    ['in words', (report) => report.words],
  ];
  return table(
    [
      { title: '', cell: ([name]) => name },
      { title: 'NOW', cell: ([, value]) => value(now) },
      { title: thenTitle, cell: ([, value]) => value(then) },
    ],
    rows,
  );
};

const consequences = (lines: readonly string[]): string => (lines.length === 0 ? '' : `\n${lines.map((line) => `- ${oneLine(line)}\n`).join('')}`);
