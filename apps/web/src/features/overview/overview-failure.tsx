'use client';

import { RotateCw } from 'lucide-react';
import { FailureFacts } from '../../components/failure-notice';
import type { ApiFailure } from '../../lib/api-failure';
import { Button } from '../../ui/button';
import { toneLooks } from '../../ui/tone';

type OverviewFailureProps = { readonly failure: ApiFailure; readonly onRetry: () => void };

/** Stands in for the page while there is nothing to show yet and the replica does not answer as it should. */
export const OverviewFailure = ({ failure, onRetry }: OverviewFailureProps) => {
  const isPassing = failure.code === 'STARTING' || failure.code === 'NO_LEADER';
  const look = toneLooks[isPassing ? 'info' : 'critical'];
  const Icon = look.icon;
  return (
    <div role="alert" className="mx-auto my-16 flex w-full max-w-lg flex-col items-start gap-4 rounded-xl border border-line bg-surface p-6 shadow-panel">
      <Icon aria-hidden className={`size-7 ${look.text}`} />
      <div className="flex flex-col gap-1.5">
        <h1 className="text-xl font-semibold tracking-tight text-balance">{titleOf(failure)}</h1>
        <p>{failure.message}</p>
        <p className="text-soft">{failure.hint}</p>
      </div>
      <FailureFacts failure={failure} />
      <div className="flex items-center gap-3">
        <Button icon={RotateCw} onClick={onRetry}>
          Try now
        </Button>
        <span className="text-xs text-faint">Tried again every 5 s.</span>
      </div>
    </div>
  );
};

const titleOf = (failure: ApiFailure): string => {
  switch (failure.code) {
    case 'STARTING':
      return 'This replica is starting';
    case 'STOPPING':
      return 'This replica is stopping';
    case 'NO_QUORUM':
      return 'No quorum';
    case 'NO_LEADER':
      return 'An election is in progress';
    case 'DAEMON_UNREACHABLE':
      return 'This replica does not answer';
    default:
      return 'The cluster cannot be shown';
  }
};
