'use client';

import type { ClusterStatus } from '@quorate/core/api/cluster';
import { Plus } from 'lucide-react';
import { Suspense, useState } from 'react';
import { useNow } from '../components/clock';
import { EventsPanel } from '../features/events/events-panel';
import { FirstStepsPanel } from '../features/join/first-steps-panel';
import { JoinsPanel } from '../features/join/joins-panel';
import { MembersPanel } from '../features/members/members-panel';
import { isStaleStatus, readObstacle, writeRefusal } from '../features/overview/freshness';
import { OverviewPanels } from '../features/overview/overview-panels';
import { QuorumBanner, StaleBanner } from '../features/overview/status-banner';
import type { LiveCluster } from '../features/overview/use-live-cluster';
import { addReplicaDialog } from '../features/tokens/token-dialogs';
import { TokensPanel } from '../features/tokens/tokens-panel';
import { usePreload } from '../lib/lazy-part';
import { Button } from '../ui/button';

type DashboardBodyProps = Pick<LiveCluster, 'connection' | 'failure'> & { readonly status: ClusterStatus };

/** The panels of the overview. The dialog that adds a replica is mounted here, because it must outlive whichever panel opened it. */
export const DashboardBody = ({ status, connection, failure }: DashboardBodyProps) => {
  const [isAdding, setIsAdding] = useState(false);
  const isStale = isStaleStatus({ status, connection, nowMs: useNow() });
  const refusal = writeRefusal(status);
  usePreload(addReplicaDialog);
  const isAlone = status.members.length === 1 && status.joins.length === 0;
  const addButton = (
    <Button look="primary" icon={Plus} disabledReason={refusal} onClick={() => setIsAdding(true)}>
      Add a replica
    </Button>
  );
  return (
    <>
      {isStale && <StaleBanner status={status} failure={failure} />}
      <QuorumBanner status={status} />
      <div
        className={`grid grid-cols-1 items-start gap-4 xl:grid-cols-12 wide:grid-cols-[repeat(12,minmax(0,1fr))_27rem] wide:grid-rows-[auto_1fr] ${isStale ? 'grayscale' : ''}`}
      >
        <div className="flex min-w-0 flex-col gap-4 xl:col-span-12">
          <OverviewPanels status={status} isStale={isStale} />
          {isAlone && <FirstStepsPanel action={addButton} />}
          <MembersPanel status={status} actions={isAlone ? null : addButton} />
        </div>
        <div className={`grid min-w-0 grid-cols-1 items-start gap-4 xl:col-span-7 wide:col-span-12 ${isAlone ? '' : 'wide:grid-cols-[2fr_3fr]'}`}>
          {!isAlone && <JoinsPanel joins={status.joins} />}
          <TokensPanel disabledReason={refusal} readObstacle={readObstacle(status)} />
        </div>
        <div className="min-w-0 xl:col-span-5 wide:col-span-1 wide:col-start-13 wide:row-span-2 wide:row-start-1">
          <EventsPanel readObstacle={readObstacle(status)} />
        </div>
      </div>
      <Suspense>
        {isAdding && <addReplicaDialog.Part status={status} defaultUses={isAlone ? 2 : 1} disabledReason={refusal} onClose={() => setIsAdding(false)} />}
      </Suspense>
    </>
  );
};
