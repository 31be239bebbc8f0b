import type { JoinProgress } from '@quorate/core/join/saga';
import { Hourglass } from 'lucide-react';
import { JoinProgressView } from '../../components/join-progress';
import { RelativeTime } from '../../components/time-text';
import { Empty } from '../../ui/empty';
import { Panel } from '../../ui/panel';

/** Joins that are under way: the one that is being admitted first, then those that wait for it. */
export const JoinsPanel = ({ joins }: { readonly joins: readonly JoinProgress[] }) => {
  const sorted = [...joins].sort((a, b) => (a.queuePosition ?? 0) - (b.queuePosition ?? 0));
  if (sorted.length === 0) {
    return (
      <Panel title="Joins under way">
        <Empty icon={Hourglass} title="Nobody is joining">
          <p>A replica appears here as soon as it uses a join token.</p>
        </Empty>
      </Panel>
    );
  }
  return (
    <Panel title="Joins under way" note={sorted.length} flush>
      <ol aria-label="Joins under way" className="divide-y divide-line">
        {sorted.map((join) => (
          <li key={join.joinId} aria-label={join.name} className="flex flex-col gap-1.5 px-4 py-3">
            <div className="flex flex-wrap items-baseline justify-between gap-x-3">
              <h3 className="font-semibold">{join.name}</h3>
              <span className="text-xs text-faint">
                Started <RelativeTime at={join.startedAt} />
              </span>
            </div>
            <JoinProgressView join={join} />
            <p className="font-mono text-xs break-all text-faint">{join.peerUrl}</p>
          </li>
        ))}
      </ol>
    </Panel>
  );
};
