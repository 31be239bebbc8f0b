import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { childEnv } from '../harness/paths';
import type { Replica } from '../harness/replica';
import { runCommand } from '../harness/run-command';

/** Puts this much incompressible data into a replica's etcd, one megabyte a key, below a prefix that Quorate does not use. */
export const fillDatabase = async (replica: Replica, megabytes: number): Promise<void> => {
  const pki = path.join(replica.dataDir, 'pki');
  const chunk = path.join(replica.dir, 'chunk');
  writeFileSync(chunk, randomBytes(1_000_000));
  const flags = [
    `--endpoints=https://${replica.address.clientHost}:${replica.address.clientPort}`,
    `--cacert=${path.join(pki, 'client-ca.crt')}`,
    `--cert=${path.join(pki, 'client.crt')}`,
    `--key=${path.join(pki, 'client.key')}`,
  ];
  const script = `set -e; for i in $(seq 1 ${megabytes}); do etcdctl ${flags.join(' ')} put /bench/$i < ${chunk} > /dev/null; done`;
  const result = await runCommand(['sh', '-c', script], { env: childEnv({ ETCDCTL_API: '3' }), timeoutMs: 300_000 });
  if (result.code !== 0) throw new Error(`filling the database failed: ${result.stderr}`);
};
