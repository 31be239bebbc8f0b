import type { Member } from '@quorate/core/cluster/member';
import { Crown, X } from 'lucide-react';
import { memberLabel } from '../../components/member-label';
import { capitalise } from '../../lib/format';
import { isDown, NODE, type TopologyNode } from './topology-layout';

const RING_RADIUS = 12;
const RING_LENGTH = 2 * Math.PI * RING_RADIUS;
/** Where the text begins, and about how wide a letter of a name is. */
const TEXT_X = 50;
const LETTER_WIDTH = 7.4;

type TopologyNodeViewProps = { readonly node: TopologyNode; readonly width: number };

/** One replica: a card with a glyph for its role, its name and its state. */
export const TopologyNodeView = ({ node: { member, x, y }, width }: TopologyNodeViewProps) => {
  return (
    <g transform={`translate(${x - width / 2} ${y - NODE.height / 2})`}>
      <rect
        width={width}
        height={NODE.height}
        rx="10"
        strokeWidth={member.isLeader ? 1.75 : 1}
        strokeDasharray={isDown(member) ? '4 4' : undefined}
        className={`fill-surface ${frameOf(member)}`}
      />
      <g transform={`translate(27 ${NODE.height / 2})`}>
        <Glyph member={member} />
      </g>
      <text x={TEXT_X} y="23" className="fill-ink text-[13px] font-semibold">
        {clip(memberLabel(member), Math.floor((width - TEXT_X - 8) / LETTER_WIDTH))}
      </text>
      <text x={TEXT_X} y="40" className={`text-[11px] tabular-nums ${isDown(member) ? 'fill-critical' : 'fill-soft'}`}>
        {captionOf(member, width)}
      </text>
    </g>
  );
};

const frameOf = (member: Member): string => {
  if (isDown(member)) return 'stroke-critical';
  if (member.isLeader) return 'stroke-accent';
  return member.role === 'learner' ? 'stroke-info-line' : 'stroke-field';
};

const Glyph = ({ member }: { readonly member: Member }) => {
  if (isDown(member)) {
    return (
      <>
        <circle r="15" className="fill-critical-soft" />
        <X x={-8} y={-8} width={16} height={16} className="text-critical" />
      </>
    );
  }
  if (member.role === 'learner') return <ProgressRing percent={member.join?.percent ?? null} isStalled={member.phase === 'stalled'} />;
  if (member.isLeader) {
    return (
      <>
        <circle r="15" className="fill-accent" />
        <Crown x={-8} y={-8.5} width={16} height={16} className="text-on-accent" />
      </>
    );
  }
  return (
    <>
      <circle r="15" className="fill-accent-soft" />
      <circle r="4.5" className="fill-accent" />
    </>
  );
};

/** How much of the log a learner has: drawn from the top, clockwise. */
const ProgressRing = ({ percent, isStalled }: { readonly percent: number | null; readonly isStalled: boolean }) => (
  <g fill="none" strokeWidth="4" transform="rotate(-90)">
    <circle r={RING_RADIUS} className="stroke-line" />
    <circle
      r={RING_RADIUS}
      strokeLinecap="round"
      strokeDasharray={`${((percent ?? 0) / 100) * RING_LENGTH} ${RING_LENGTH}`}
      className={`transition-[stroke-dasharray] duration-500 ${isStalled ? 'stroke-warning' : 'stroke-info'}`}
    />
  </g>
);

const captionOf = (member: Member, width: number): string => {
  if (member.phase === 'unreachable') return 'Unreachable';
  if (member.phase === 'unstarted') return 'Not started';
  const role = member.isLeader ? 'Leader' : capitalise(member.role);
  if (member.phase === 'stalled') return `${role}, stalled`;
  if (member.join?.percent != null) return `${role}, ${Math.floor(member.join.percent)} %`;
  return member.isSelf && width === NODE.width ? `${role}, this page` : role;
};

const clip = (name: string, length: number): string => (name.length <= length ? name : `${name.slice(0, length - 1)}…`);
