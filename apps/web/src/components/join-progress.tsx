import type { JoinProgress } from '@quorate/core/join/saga';
import { ProgressBar } from '../ui/progress-bar';
import { describeJoin } from './describe-join';

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
