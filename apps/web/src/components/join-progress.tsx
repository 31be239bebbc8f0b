import type { JoinPhase, JoinProgress } from '@quorate/core/join/saga';
import { formatPlural, formatSpan } from '../lib/format';
import { ProgressBar } from '../ui/progress-bar';

/** Each phase of a join in the words of an operator. */
export const joinPhaseWords = {
  reserved: 'Checking both sides',
  checked: 'Checked, about to be added',
  'learner-added': 'Added as learner, starting',
  started: 'Started, about to copy',
  'catching-up': 'Copying the data',
  promoted: 'Voter',
  undone: 'Undone',
} as const satisfies Record<JoinPhase, string>;

/** One line about where a join is: its place in the queue, or its phase, percent and time left. */
export const describeJoin = (join: JoinProgress): string => {
  if (join.queuePosition !== null)
    return join.queuePosition === 1 ? 'Waiting: next to be admitted' : `Waiting: ${formatPlural(join.queuePosition - 1, 'replica')} before it`;
  const parts: string[] = [joinPhaseWords[join.phase]];
  if (join.percent !== null) parts.push(`${Math.floor(join.percent)} %`);
  if (join.etaSeconds !== null && join.stallReason === null) parts.push(`about ${formatSpan(join.etaSeconds * 1000)} left`);
  return parts.join(' · ');
};

/** A join with its bar, its line and, when nothing moves, the reason. */
export const JoinProgressView = ({ join }: { readonly join: JoinProgress }) => (
  <div className="flex flex-col gap-1.5">
    {join.queuePosition === null && (
      <ProgressBar label={`Join of ${join.name}`} percent={join.percent} tone={join.stallReason === null ? 'accent' : 'warning'} />
    )}
    <p className="text-xs text-soft tabular-nums">{describeJoin(join)}</p>
    {join.stallReason !== null && <p className="text-xs font-medium text-warning">Stalled: {join.stallReason}</p>}
  </div>
);
