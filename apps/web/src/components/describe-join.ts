import type { JoinPhase, JoinProgress } from '@quorate/core/join/saga';
import { formatPlural, formatSpan } from '../lib/format';

/** Each phase of a join in the words of an operator. */
const phaseWords = {
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
  if (join.queuePosition === 1) return 'Waiting: next to be admitted';
  if (join.queuePosition !== null) return `Waiting: ${formatPlural(join.queuePosition - 1, 'replica')} before it`;
  const parts: string[] = [phaseWords[join.phase]];
  if (join.percent !== null) parts.push(`${Math.floor(join.percent)} %`);
  if (join.etaSeconds !== null && join.stallReason === null) parts.push(`about ${formatSpan(join.etaSeconds * 1000)} left`);
  return parts.join(' · ');
};
