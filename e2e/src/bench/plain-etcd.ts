/** Three members of etcd alone, with its default timers, written through its JSON gateway over kept connections. */
import { rmSync } from 'node:fs';
import { Agent } from 'node:http';
import path from 'node:path';
import { FIRST_HOST, replicaAddress } from '../harness/addresses';
import { httpCall, jsonOf } from '../harness/http';
import { childEnv } from '../harness/paths';
import { type Child, createProcessGroup, type ProcessGroup } from '../harness/processes';
import { waitFor } from '../harness/wait-for';
import type { WriteEndpoint } from './write-endpoint';

const BLOCK = 41;
const KEY = Buffer.from('bench').toString('base64');
/** As large as the record that a minted join token leaves. */
const VALUE = Buffer.alloc(400, 'x').toString('base64');

export type PlainEtcd = { readonly endpoints: readonly WriteEndpoint[]; readonly close: () => Promise<void> };

export const startPlainEtcd = async (options: { readonly dir: string; readonly wholeLoopback: boolean }): Promise<PlainEtcd> => {
  rmSync(options.dir, { recursive: true, force: true });
  const group = createProcessGroup();
  const members = [0, 1, 2].map((index) => {
    const address = replicaAddress({ block: BLOCK, first: FIRST_HOST, wholeLoopback: options.wholeLoopback }, index);
    return {
      name: `m${index}`,
      dir: path.join(options.dir, `m${index}`),
      host: address.host,
      peerUrl: `http://${address.host}:${address.peerPort}`,
      clientPort: address.clientPort,
    };
  });
  const initialCluster = members.map((member) => `${member.name}=${member.peerUrl}`).join(',');
  const endpoints = members.map((member) => etcdEndpoint(group, { ...member, initialCluster }));
  for (const endpoint of endpoints) endpoint.start();
  await waitFor(async () => (await Promise.all(endpoints.map((endpoint) => endpoint.write(1_000)))).every(Boolean), {
    timeoutMs: 20_000,
    what: 'plain etcd to take writes',
  });
  return {
    endpoints,
    close: async () => {
      await group.killAll();
      rmSync(options.dir, { recursive: true, force: true });
    },
  };
};

type MemberSpec = {
  readonly name: string;
  readonly dir: string;
  readonly host: string;
  readonly peerUrl: string;
  readonly clientPort: number;
  readonly initialCluster: string;
};

const etcdEndpoint = (group: ProcessGroup, spec: MemberSpec): WriteEndpoint & { readonly start: () => void } => {
  const target = { host: spec.host, port: spec.clientPort };
  const clientUrl = `http://${spec.host}:${spec.clientPort}`;
  const agent = new Agent({ keepAlive: true });
  const post = (where: string, body: unknown, timeoutMs: number) => httpCall(target, { method: 'POST', path: where, body, timeoutMs, agent }).catch(() => null);
  let child: Child | null = null;
  const start = () => {
    const urls = [
      '--listen-peer-urls',
      spec.peerUrl,
      '--initial-advertise-peer-urls',
      spec.peerUrl,
      '--listen-client-urls',
      clientUrl,
      '--advertise-client-urls',
      clientUrl,
    ];
    const command = ['etcd', '--name', spec.name, '--data-dir', path.join(spec.dir, 'data'), ...urls, '--initial-cluster', spec.initialCluster];
    child = group.start({ command, env: childEnv(), logFile: path.join(spec.dir, 'etcd.log'), deathSignal: 'SIGKILL' });
  };
  const write = async (timeoutMs: number) => (await post('/v3/kv/put', { key: KEY, value: VALUE }, timeoutMs))?.status === 200;
  return {
    name: spec.name,
    start,
    write,
    isLeader: async () => {
      const answer = await post('/v3/maintenance/status', {}, 1_000);
      const status = (answer ? jsonOf(answer) : null) as { header?: { member_id?: string }; leader?: string } | null;
      return status?.leader !== undefined && status.leader === status.header?.member_id;
    },
    kill: async () => {
      child?.signal('SIGKILL');
      await child?.exited;
    },
    restart: async () => {
      start();
      await waitFor(() => write(1_000), { timeoutMs: 20_000, what: `${spec.name} to take writes again` });
    },
  };
};
