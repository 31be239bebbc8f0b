import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isProcessAlive, processStartTime } from '../kit/process-info';
import { forgetPid, reapOrphan, recordPid } from './orphan';
import { testPath } from './testing/etcd-binary';
import { freeze } from './testing/freeze';
import { createTestMember, type TestMember, testCerts } from './testing/test-member';

let directory: string;
let member: TestMember;
const parents: ChildProcess[] = [];
const orphans: number[] = [];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quorate-etcd-'));
  member = await createTestMember({ directory, name: 'solo', address: '127.0.21.51', certs: testCerts(directory, ['127.0.21.51']) });
  await build({
    entryPoints: [join(dirname(fileURLToPath(import.meta.url)), 'testing/etcd-parent.ts')],
    outfile: join(directory, 'parent.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);" },
  });
}, 30_000);
afterEach(async () => {
  for (const parent of parents.splice(0)) parent.kill('SIGKILL');
  for (const pid of orphans.splice(0)) if (await isProcessAlive(pid, null)) process.kill(pid, 'SIGKILL');
  await member.kill();
});
afterAll(async () => {
  member?.client.close();
  await rm(directory, { recursive: true, force: true });
});

/** Another process that starts etcd; resolves with the pid of its etcd once that serves. */
const startParent = async (path: string): Promise<{ parent: ChildProcess; etcdPid: number }> => {
  const parent = spawn(process.execPath, [join(directory, 'parent.mjs'), JSON.stringify({ flags: member.flags, path })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  parents.push(parent);
  const lines = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
  const etcdPid = Number((await lines.next()).value);
  orphans.push(etcdPid);
  await expect.poll(() => serves(), { timeout: 15_000 }).toBe(true);
  return { parent, etcdPid };
};
const serves = () =>
  member.client.status().then(
    () => true,
    () => false,
  );

describe('a daemon that is killed', () => {
  it.runIf(process.platform === 'linux')(
    'takes its etcd with it',
    async () => {
      const { parent, etcdPid } = await startParent(testPath());
      expect(await isProcessAlive(etcdPid, null)).toBe(true);
      parent.kill('SIGKILL');
      await expect.poll(() => isProcessAlive(etcdPid, null), { timeout: 10_000 }).toBe(false);
    },
    30_000,
  );

  it('leaves, where the system cannot do that, an etcd behind that the next start ends', async () => {
    // A path without setpriv.
    const { parent, etcdPid } = await startParent(directory);
    parent.kill('SIGKILL');
    await expect.poll(() => isProcessAlive(parent.pid ?? 0, null)).toBe(false);
    expect(await isProcessAlive(etcdPid, null)).toBe(true);
    await member.start();
    expect(await isProcessAlive(etcdPid, null)).toBe(false);
    expect(member.process().pid).not.toBe(etcdPid);
  }, 30_000);

  it('leaves a frozen etcd behind that is ended all the same', async () => {
    const { parent, etcdPid } = await startParent(directory);
    parent.kill('SIGKILL');
    await freeze(etcdPid);
    expect(await reapOrphan(member.flags.dataDir, { graceMs: 100 })).toEqual({ kind: 'ended', pid: etcdPid });
    expect(await isProcessAlive(etcdPid, null)).toBe(false);
  }, 30_000);
});

describe('the record of a pid', () => {
  const dataDir = () => join(directory, 'other');

  it('is nothing to act on when there is none, or when nobody can read it', async () => {
    expect(await reapOrphan(dataDir())).toEqual({ kind: 'none' });
    await writeFile(`${dataDir()}.pid`, 'not json');
    expect(await reapOrphan(dataDir())).toEqual({ kind: 'none' });
  });

  it('never ends a process that is not etcd on this directory', async () => {
    await recordPid(dataDir(), process.pid);
    expect(await reapOrphan(dataDir())).toEqual({ kind: 'none' });
  });

  it('never ends a process that only got the same pid', async () => {
    await member.start();
    const { pid } = member.process();
    await writeFile(`${member.flags.dataDir}.pid`, JSON.stringify({ pid, startTime: 'another boot:1' }));
    expect(await reapOrphan(member.flags.dataDir)).toEqual({ kind: 'none' });
    expect(await processStartTime(pid)).not.toBeNull();
  });

  it('is removed by its own process only', async () => {
    await recordPid(dataDir(), process.pid);
    await forgetPid(dataDir(), process.pid + 1);
    await expect(recordPid(dataDir(), process.pid)).resolves.toBeUndefined();
    await forgetPid(dataDir(), process.pid);
    expect(await reapOrphan(dataDir())).toEqual({ kind: 'none' });
  });
});
