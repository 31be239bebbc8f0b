/** A follower, then the leader, is cut off for five seconds and comes back: writes through the others must not stall a second time. */
import { setTimeout as sleep } from 'node:timers/promises';
import { hasNamespaces } from '../harness/namespaces';
import { withBenchCluster } from './bench-cluster';
import { type BenchPart, type Figure, figureBelow } from './part';
import { quorateEndpoints } from './quorate-endpoints';
import { formatMs } from './stats';
import { startWriteStream } from './write-stream';

/** An election takes a second at least; a stall below this is none. */
const OUTAGE_MS = 500;
const CUT_MS = 5_000;
const WATCH_MS = 6_000;

export const healAfterPartition: BenchPart = {
  name: 'partition',
  run: async (context) => {
    if (!(await hasNamespaces()))
      return [{ what: 'second outage when a partition heals', measured: 'not measured', against: 'needs root and network namespaces', verdict: 'informs' }];
    return withBenchCluster(context, { voters: 3, isolated: true }, async (cluster) => {
      const figures: Figure[] = [];
      for (const who of ['follower', 'leader'] as const) {
        const leader = await cluster.leader(cluster.replicas);
        const victim = who === 'leader' ? leader : (cluster.replicas.find((replica) => replica !== leader) ?? leader);
        const index = cluster.replicas.indexOf(victim);
        const others = quorateEndpoints(cluster).filter((endpoint) => endpoint.name !== victim.name);
        const during = startWriteStream(others, { timeoutMs: 10_000 });
        await sleep(500);
        await cluster.namespaces?.cut(index);
        await sleep(CUT_MS);
        const cut = await during.stop();
        const after = startWriteStream(others, { timeoutMs: 10_000 });
        await cluster.namespaces?.heal(index);
        await sleep(WATCH_MS);
        const healed = await after.stop();
        context.say(`partition of the ${who}: longest stall ${formatMs(cut.longestStallMs)} while cut, ${formatMs(healed.longestStallMs)} after the heal`);
        const note = `while cut: ${formatMs(cut.longestStallMs)}; failed writes after: ${healed.failed}`;
        figures.push(
          figureBelow(`longest stall after a ${CUT_MS / 1_000} s partition of the ${who} heals`, healed.longestStallMs, {
            limit: OUTAGE_MS,
            format: formatMs,
            note,
          }),
        );
        await cluster.waitVoters(
          victim,
          cluster.replicas.map((replica) => replica.name),
        );
      }
      return figures;
    });
  },
};
