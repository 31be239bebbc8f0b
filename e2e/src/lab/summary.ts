import path from 'node:path';
import type { ClusterStatus } from '@quorate/core/api/cluster';
import type { Cluster } from '../harness/cluster';
import { executable, repoRoot } from '../harness/paths';
import type { Replica } from '../harness/replica';

/** What to do now: printed once the lab is up. */
export const labSummary = (cluster: Cluster, options: { readonly status: ClusterStatus; readonly seconds: number }): string => {
  const { status } = options;
  const victim = cluster.replicas.at(-1) ?? cluster.replica(0);
  const token = cluster.adminToken();
  const here = (file: string) => path.relative(process.cwd(), file) || file;
  const quorate = `node ${here(executable('quorate'))} --socket ${here(cluster.replica(0).socketPath)}`;
  const row = (label: string, text: string) => `  ${label.padEnd(20)} ${text}`;
  return [
    '',
    `${cluster.replicas.length === 1 ? 'One replica' : `${cluster.replicas.length} replicas, one cluster`}: ${status.quorum.words}. Up in ${options.seconds.toFixed(1)} s.`,
    '',
    ...cluster.replicas.map((replica, index) => row(index === 0 ? 'Dashboard' : '', `${replica.publicUrl}/#token=${token}`)),
    row('Administrator token', here(path.join(cluster.replica(0).dataDir, 'admin-token'))),
    row('Data and logs', here(path.join(repoRoot(), '.quorate/lab'))),
    '',
    'Next things to try',
    row('see the members', `${quorate} cluster member list`),
    row('ask what would fail', `${quorate} cluster simulate --down ${victim.name}`),
    row(
      'write over REST',
      `curl -X POST -H "authorization: Bearer $(cat ${here(path.join(cluster.replica(0).dataDir, 'admin-token'))})" -H 'content-type: application/json' -d '{"kind":"cluster"}' ${cluster.replica(0).publicUrl}/v1/nodes/join-tokens`,
    ),
    ...tryKilling(cluster.replicas, victim, row),
    row(
      'add replicas',
      `Ctrl-C, then npm start -- --replicas ${cluster.replicas.length < 6 ? cluster.replicas.length + (cluster.replicas.length % 2 === 1 ? 2 : 1) : 7}`,
    ),
    row('stop', 'Ctrl-C; everything is still there at the next npm start'),
    '',
  ].join('\n');
};

const tryKilling = (replicas: readonly Replica[], victim: Replica, row: (label: string, text: string) => string): readonly string[] =>
  replicas.length < 2
    ? []
    : [row('kill a replica', `kill -9 ${victim.pid()}   (${victim.name}; type ${replicas.indexOf(victim)} and Enter here to start it again)`)];
