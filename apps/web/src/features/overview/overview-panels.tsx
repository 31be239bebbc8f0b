import type { ClusterStatus } from '@quorate/core/api/cluster';
import { ConditionsPanel } from './conditions-panel';
import { TolerancePanel } from './tolerance-panel';
import { TopologyPanel } from './topology-panel';

type OverviewPanelsProps = { readonly status: ClusterStatus; readonly isStale: boolean };

/** What the cluster survives, how it is wired, and what is wrong with it. */
export const OverviewPanels = ({ status, isStale }: OverviewPanelsProps) => (
  <>
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-12">
      <div className="grid min-w-0 lg:col-span-6 xl:col-span-5">
        <TolerancePanel status={status} isStale={isStale} />
      </div>
      <div className="grid min-w-0 lg:col-span-6 xl:col-span-7">
        <TopologyPanel status={status} />
      </div>
    </div>
    <ConditionsPanel conditions={status.conditions} />
  </>
);
