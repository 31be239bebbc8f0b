import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { requestJson } from '../kit/http-json';
import { silentLogger } from '../kit/logger';
import { type AdminSocket, createAdminSocket } from './admin-socket';
import type { ApiServices, LocalState } from './services';
import { type FakeServices, fakeServices, member } from './testing/fake-services';

let directory: string;
let restarts: number;
let fake: FakeServices;
const open: AdminSocket[] = [];
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'sock-'));
  restarts = 0;
  fake = fakeServices();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close({ graceMs: 100 })));
  await rm(directory, { recursive: true, force: true });
});

const state: LocalState = { pid: 1, stage: 'joining', memberName: 'n1', dataDir: '/data', log: ['reserved'], error: null };
const create = async (services: () => ApiServices | null = () => fake): Promise<AdminSocket> => {
  const local = {
    restart: () => {
      restarts += 1;
    },
    state: () => state,
  };
  const socket = await createAdminSocket({ services, local, logger: silentLogger });
  open.push(socket);
  return socket;
};
const call = (socketPath: string, method: 'GET' | 'POST', where: string, body?: unknown) =>
  requestJson({ method, url: `http://admin${where}`, socketPath, body });

describe('the admin socket', () => {
  it('is a file for its owner alone, in a directory for its owner alone, and nothing else is left there', async () => {
    const socketPath = path.join(directory, 'run', 'quorate', 'admin.sock');
    await (await create()).listen(socketPath);
    const file = await stat(socketPath);
    expect([file.isSocket(), (file.mode & 0o777).toString(8)]).toEqual([true, '600']);
    expect(((await stat(path.dirname(socketPath))).mode & 0o777).toString(8)).toBe('700');
    expect(await readdir(path.dirname(socketPath))).toEqual(['admin.sock']);
  });

  it('administers without a token, and says who did it', async () => {
    const socketPath = path.join(directory, 'admin.sock');
    await (await create()).listen(socketPath);
    const { id } = member('n2');
    const answer = await call(socketPath, 'POST', '/trpc/cluster.removeMember', { id });
    expect(answer).toMatchObject({ status: 200, json: { result: { data: { removedId: id } } } });
    expect(fake.calls[0]?.args[1]).toEqual({ kind: 'admin-socket', name: 'local administrator', from: 'admin-socket' });
  });

  it('tells the state of this host also while nothing is served', async () => {
    const socketPath = path.join(directory, 'admin.sock');
    await (await create(() => null)).listen(socketPath);
    expect((await call(socketPath, 'GET', '/local/state')).json).toEqual(state);
    expect(await call(socketPath, 'GET', '/trpc/cluster.status')).toMatchObject({ status: 503, json: { error: { data: { problem: { code: 'STARTING' } } } } });
  });

  it('restarts the replica after it has answered', async () => {
    const socketPath = path.join(directory, 'admin.sock');
    await (await create()).listen(socketPath);
    expect(await call(socketPath, 'POST', '/local/restart')).toMatchObject({ status: 202, json: { restarting: true } });
    for (let turn = 0; restarts === 0 && turn < 100; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(restarts).toBe(1);
  });

  it('replaces a socket that nobody answers, and a plain file in its way', async () => {
    const socketPath = path.join(directory, 'admin.sock');
    const dead = net.createServer();
    await new Promise<void>((resolve) => dead.listen(path.join(directory, 'dead'), resolve));
    await writeFile(socketPath, '');
    const socket = await create();
    await socket.listen(socketPath);
    expect((await call(socketPath, 'GET', '/local/state')).status).toBe(200);
    await new Promise((resolve) => dead.close(resolve));
  });

  it('leaves a socket alone that somebody answers', async () => {
    const socketPath = path.join(directory, 'admin.sock');
    await (await create()).listen(socketPath);
    await expect((await create()).listen(socketPath)).rejects.toMatchObject({ code: 'LISTEN_FAILED', message: expect.stringContaining('another daemon') });
    expect((await call(socketPath, 'GET', '/local/state')).status).toBe(200);
  });

  it('says what is wrong with a path that is too long', async () => {
    await expect((await create()).listen(path.join(directory, 'x'.repeat(120), 'admin.sock'))).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      hint: expect.stringContaining('107'),
    });
  });

  it('takes the longest path that the system allows', async () => {
    const room = 107 - directory.length - '/'.length - '/admin.sock'.length;
    const socketPath = path.join(directory, 'd'.repeat(room), 'admin.sock');
    expect(socketPath).toHaveLength(107);
    await (await create()).listen(socketPath);
    expect((await call(socketPath, 'GET', '/local/state')).status).toBe(200);
  });

  it('is gone after it is closed', async () => {
    const socketPath = path.join(directory, 'admin.sock');
    const socket = await create();
    await socket.listen(socketPath);
    await socket.close();
    expect(await readdir(directory)).toEqual([]);
  });
});
