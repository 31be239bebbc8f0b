import type { ClusterStatus } from '@quorate/core/api/cluster';
import { Panel } from '../../ui/panel';
import { Topology } from './topology';

/** The drawing in its place on the page. */
export const TopologyPanel = ({ status }: { readonly status: ClusterStatus }) => (
  <Panel title="Topology" note={status.members.length > 1 ? `round trips as ${status.servedBy.name} measures them` : undefined}>
    <Topology status={status} />
  </Panel>
);
