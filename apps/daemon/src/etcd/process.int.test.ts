import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFileIfExists } from '../kit/atomic-file';
import { silentLogger } from '../kit/logger';
import { startEtcdProcess } from './process';
import { testPath } from './testing/etcd-binary';
import { freeze } from './testing/freeze';
import { createTestMember, type TestMember, testCerts } from './testing/test-member';

let directory: string;
let member: TestMember;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'quorate-etcd-'));
  member = await createTestMember({ directory, name: 'solo', address: '127.0.21.31', certs: testCerts(directory, ['127.0.21.31']) });
}, 30_000);
afterAll(async () => {
  member?.client.close();
  await member?.kill();
  await rm(directory, { recursive: true, force: true });
});

describe('an etcd process', () => {
  it('keeps its data to itself, and its pid beside it while it runs', async () => {
    await member.start();
    const { dataDir } = member.flags;
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect(JSON.parse((await readFileIfExists(`${dataDir}.pid`)) ?? '')).toMatchObject({ pid: member.process().pid });
    await member.halt();
    expect(await readFileIfExists(`${dataDir}.pid`)).toBeNull();
  });

  it('has no environment but the path that it was given', async () => {
    await member.start();
    const environment = await readFile(`/proc/${member.process().pid}/environ`, 'utf8');
    expect(environment.split('\0').filter(Boolean)).toEqual([`PATH=${testPath()}`]);
  });

  it('listens at its two addresses and nowhere else', async () => {
    const { flags } = member;
    const wanted = [flags.listenPeerUrl, flags.clientUrl].map((url) => new URL(url).host).sort();
    expect(await listening(member.process().pid)).toEqual(wanted);
  });

  it('ends when asked to, once, and says that it was planned', async () => {
    const running = member.process();
    const [first, second] = await Promise.all([running.stop(), running.stop()]);
    expect(first).toBe(second);
    expect(first).toMatchObject({ planned: true });
    expect(await running.stop()).toBe(first);
  });

  it('that ends by itself says that it was not planned, with its last lines', async () => {
    await member.start();
    process.kill(member.process().pid, 'SIGKILL');
    const exit = await member.process().exited;
    expect(exit).toMatchObject({ planned: false, signal: 'SIGKILL' });
    expect(exit.lastLines.join('\n')).toContain('info ready to serve client requests');
    expect(await member.process().stop()).toBe(exit);
  });

  it('that does not heed SIGTERM is killed after the grace time', async () => {
    await member.start();
    await freeze(member.process().pid);
    expect(await member.process().stop({ graceMs: 100 })).toMatchObject({ planned: true, signal: 'SIGKILL' });
  });

  it('ends when its signal aborts', async () => {
    const abort = new AbortController();
    const running = await startEtcdProcess({ flags: member.flags, path: testPath(), logger: silentLogger, signal: abort.signal });
    abort.abort();
    expect(await running.exited).toMatchObject({ planned: true });
    await expect(startEtcdProcess({ flags: member.flags, path: testPath(), logger: silentLogger, signal: abort.signal })).rejects.toBe(abort.signal.reason);
  });

  it('is refused when there is no such binary', async () => {
    const flags = { ...member.flags, binary: join(directory, 'no-etcd') };
    const started = startEtcdProcess({ flags, path: testPath(), logger: silentLogger, signal: new AbortController().signal });
    await expect(started).rejects.toMatchObject({ code: 'ETCD_NOT_FOUND' });
  });
});

/** host:port of all TCP sockets on which the process listens, from /proc. */
const listening = async (pid: number): Promise<string[]> => {
  const handles = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(handles.map((handle) => readlink(`/proc/${pid}/fd/${handle}`).catch(() => '')));
  const inodes = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]).filter(Boolean));
  const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readFile(`/proc/${pid}/net/${table}`, 'utf8').catch(() => '')));
  return tables
    .flatMap((table) => table.trim().split('\n').slice(1))
    .map((row) => row.trim().split(/\s+/))
    .filter((row) => row[3] === '0A' && inodes.has(row[9]))
    .map((row) => {
      const [address = '', port = ''] = (row[1] ?? '').split(':');
      // The kernel prints IPv4 addresses as one little-endian number.
      const host = (address.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).reverse();
      return `${host.join('.')}:${Number.parseInt(port, 16)}`;
    })
    .sort();
};
