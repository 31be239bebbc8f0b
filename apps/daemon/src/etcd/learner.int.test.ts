import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EtcdFlags } from './api';
import { waitReady } from './ready';
import { findEtcdTool } from './testing/etcd-binary';
import { createTestMember, type TestMember, testCerts } from './testing/test-member';

let directory: string;
let voter: TestMember;
let learner: TestMember;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quorate-etcd-'));
  const certs = testCerts(directory, ['127.0.21.61', '127.0.21.62']);
  // An etcd that forgets its log after 20 entries: whoever joins later needs a snapshot.
  const binary = join(directory, 'forgetful-etcd');
  await writeFile(binary, `#!/bin/sh\nexec ${findEtcdTool('etcd')} "$@" --snapshot-count=20 --experimental-snapshot-catchup-entries=5\n`, { mode: 0o755 });
  voter = await createTestMember({ directory, name: 'voter', address: '127.0.21.61', certs, flags: () => ({ binary }) });
  const joining = (own: EtcdFlags): Partial<EtcdFlags> => ({
    initialCluster: `${voter.flags.initialCluster},learner=${own.peerUrl}`,
    initialClusterState: 'existing',
  });
  learner = await createTestMember({ directory, name: 'learner', address: '127.0.21.62', certs, flags: joining });
  await voter.start();
  for (let index = 0; index < 100; index += 1)
    await voter.client.txn({ compares: [], then: [{ kind: 'put', key: `key/${index}`, value: new Uint8Array(10_000) }] });
}, 30_000);
afterAll(async () => {
  for (const member of [voter, learner]) {
    member?.client.close();
    await member?.kill();
  }
  await rm(directory, { recursive: true, force: true });
});

describe('a learner that receives a snapshot', () => {
  it('shows in its log what it applied, before it answers', async () => {
    const { raftAppliedIndex } = await voter.client.status();
    await voter.client.memberAddLearner(learner.flags.peerUrl);
    const process = await learner.spawn();
    await expect.poll(() => process.appliedIndexSeen() ?? 0n, { timeout: 10_000 }).toBeGreaterThan(raftAppliedIndex - 20n);

    const status = await waitReady({ process, client: learner.client, signal: new AbortController().signal, timeoutMs: 20_000 });
    expect(status).toMatchObject({ isLearner: true });
    expect(status.raftAppliedIndex).toBeGreaterThanOrEqual(process.appliedIndexSeen() ?? 0n);
    expect((await learner.client.range({ prefix: 'key/', serializable: true, keysOnly: true })).count).toBe(100n);
  }, 30_000);
});
