'use client';

import type { ClusterStatus } from '@quorate/core/api/cluster';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useNow } from '../components/clock';
import { EventsPanel } from '../features/events/events-panel';
import { FirstStepsPanel } from '../features/join/first-steps-panel';
import { JoinsPanel } from '../features/join/joins-panel';
import { MembersPanel } from '../features/members/members-panel';
import { ConditionsPanel } from '../features/overview/conditions-panel';
import type { Connection } from '../features/overview/connection';
import { isStaleStatus, writeRefusal } from '../features/overview/freshness';
import { QuorumBanner, StaleBanner } from '../features/overview/status-banner';
import { TolerancePanel } from '../features/overview/tolerance-panel';
import { TopologyPanel } from '../features/overview/topology-panel';
import { AddReplicaDialog } from '../features/tokens/add-replica-dialog';
import { TokensPanel } from '../features/tokens/tokens-panel';
import type { ApiFailure } from '../lib/api-failure';
import { Button } from '../ui/button';

type DashboardBodyProps = { readonly status: ClusterStatus; readonly connection: Connection; readonly failure: ApiFailure | null };

/** The panels of the overview. The dialog that adds a replica is mounted here, because it must outlive whichever panel opened it. */
export const DashboardBody = ({ status, connection, failure }: DashboardBodyProps) => {
  const [isAdding, setIsAdding] = useState(false);
  const isStale = isStaleStatus({ status, connection, nowMs: useNow() });
  const refusal = writeRefusal(status);
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
          <div className="grid grid-cols-1 gap-4 lg:grid-cols-12">
            <div className="grid min-w-0 lg:col-span-6 xl:col-span-5">
              <TolerancePanel status={status} />
            </div>
            <div className="grid min-w-0 lg:col-span-6 xl:col-span-7">
              <TopologyPanel status={status} />
            </div>
          </div>
          <ConditionsPanel conditions={status.conditions} />
          {isAlone && <FirstStepsPanel action={addButton} />}
          <MembersPanel status={status} actions={isAlone ? null : addButton} />
        </div>
        <div className={`grid min-w-0 grid-cols-1 items-start gap-4 xl:col-span-7 wide:col-span-12 ${isAlone ? '' : 'wide:grid-cols-[2fr_3fr]'}`}>
          {!isAlone && <JoinsPanel joins={status.joins} />}
          <TokensPanel disabledReason={refusal} />
        </div>
        <div className="min-w-0 xl:col-span-5 wide:col-span-1 wide:col-start-13 wide:row-span-2 wide:row-start-1">
          <EventsPanel />
        </div>
      </div>
      {isAdding && <AddReplicaDialog joins={status.joins} defaultUses={isAlone ? 2 : 1} disabledReason={refusal} onClose={() => setIsAdding(false)} />}
    </>
  );
};
