import { execFileSync } from 'node:child_process';
import type { EtcdFlags } from '../api';
import { findEtcdTool } from './etcd-binary';

/** Runs etcdctl against a member: for what the daemon itself never does (compaction at will, writing in bulk by another client). */
export const etcdctl = (flags: EtcdFlags, ...args: readonly string[]): string => {
  const tls = [`--cacert=${flags.client.caFile}`, `--cert=${flags.client.certFile}`, `--key=${flags.client.keyFile}`];
  return execFileSync(findEtcdTool('etcdctl'), [`--endpoints=${flags.clientUrl}`, ...tls, ...args], {
    encoding: 'utf8',
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
};
