import type { ClusterStatus } from '@quorate/core/api/cluster';
import { Panel } from '../../ui/panel';
import { Topology } from './topology';

/** More would lie on top of each other; etcd itself advises against more than seven voters. */
const MOST_DRAWN = 7;

/** The drawing in its place on the page. */
export const TopologyPanel = ({ status }: { readonly status: ClusterStatus }) => (
  <Panel title="Topology" note={status.members.length > 1 ? `round trips as ${status.servedBy.name} measures them` : undefined}>
    {status.members.length > MOST_DRAWN ? (
      <p className="text-soft">
        Up to {MOST_DRAWN} replicas are drawn. The members table shows all {status.members.length}.
      </p>
    ) : (
      <Topology status={status} />
    )}
  </Panel>
);
