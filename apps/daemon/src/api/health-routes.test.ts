import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeServices } from './testing/fake-services';
import { type ServedPublic, servePublic } from './testing/serve-public';

let served: ServedPublic;
const fake = fakeServices();
beforeAll(async () => {
  served = await servePublic({ fake });
});
afterAll(() => served.close());

const statusOf = async (path: string, method = 'GET'): Promise<number> => (await fetch(served.url + path, { method })).status;
const good = { ready: true, reason: null, isLeader: true, hasQuorum: true };

describe('health routes', () => {
  it.each([
    ['a serving leader', good, { ready: 200, leader: 200, leaderChosen: 200, quorum: 200, raft: 200 }],
    ['a serving follower', { ...good, isLeader: false }, { ready: 200, leader: 404, leaderChosen: 503, quorum: 200, raft: 200 }],
    [
      'a voter without quorum',
      { ready: false, reason: 'no quorum', isLeader: false, hasQuorum: false },
      { ready: 503, leader: 404, leaderChosen: 503, quorum: 503, raft: 500 },
    ],
    [
      'a learner',
      { ready: false, reason: 'still a learner', isLeader: false, hasQuorum: true },
      { ready: 503, leader: 404, leaderChosen: 503, quorum: 200, raft: 500 },
    ],
    ['a leader that stops', { ...good, ready: false, reason: 'stopping' }, { ready: 503, leader: 404, leaderChosen: 503, quorum: 200, raft: 500 }],
  ])('tell the truth about %s', async (_name, health, expected) => {
    fake.setHealth(health);
    expect(await statusOf('/healthz')).toBe(200);
    for (const method of ['GET', 'HEAD']) {
      expect(await statusOf('/readyz', method)).toBe(expected.ready);
      expect(await statusOf('/v1/health/leader', method)).toBe(expected.leader);
      expect(await statusOf('/v1/health/leader/503', method)).toBe(expected.leaderChosen);
      expect(await statusOf('/api/leader-check', method)).toBe(expected.leader);
      expect(await statusOf('/api/leader-check/503', method)).toBe(expected.leaderChosen);
      expect(await statusOf('/v1/health/quorum', method)).toBe(expected.quorum);
      expect(await statusOf('/api/raft-health', method)).toBe(expected.raft);
    }
  });

  it('answer with a tiny body that says why, and that nobody may keep', async () => {
    fake.setHealth({ ...good, ready: false, reason: 'no leader' });
    const response = await fetch(`${served.url}/readyz`);
    expect(await response.json()).toEqual({ status: 'fail', reason: 'no leader' });
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('count a check that fails as bad, never as good', async () => {
    fake.setHealth(new Error('etcd does not answer'));
    expect(await statusOf('/readyz')).toBe(503);
    expect(await statusOf('/api/leader-check')).toBe(404);
    expect(await (await fetch(`${served.url}/readyz`)).json()).toEqual({ status: 'fail', reason: 'etcd does not answer' });
  });

  it.each(['200', '399', '600', '4x4', '0404', '-1', '503.5', '%20'])('refuse the code %s, on the leader too', async (code) => {
    fake.setHealth(good);
    expect(await statusOf(`/api/leader-check/${code}`)).toBe(400);
    expect(await statusOf(`/v1/health/leader/${code}`)).toBe(400);
  });

  it('rest every answer on a check that began after its request, and run one check at a time', async () => {
    let running = 0;
    let most = 0;
    let started = 0;
    const services = fakeServices({
      health: {
        check: async () => {
          started += 1;
          running += 1;
          most = Math.max(most, running);
          const isLeader = started === 1;
          await new Promise((resolve) => setTimeout(resolve, 50));
          running -= 1;
          return { live: true, ...good, isLeader };
        },
      },
    });
    const other = await servePublic({ fake: services });
    try {
      const first = fetch(`${other.url}/api/leader-check`);
      while (started === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      const later = await Promise.all(Array.from({ length: 8 }, () => fetch(`${other.url}/api/leader-check`)));
      expect((await first).status).toBe(200);
      expect(later.map((response) => response.status)).toEqual(Array(8).fill(404));
      expect(most).toBe(1);
      expect(started).toBe(2);
    } finally {
      await other.close();
    }
  });

  it('give up on a check that hangs', async () => {
    const other = await servePublic({ fake: fakeServices({ health: { check: () => new Promise(() => undefined) } }) });
    try {
      const response = await fetch(`${other.url}/readyz`);
      expect([response.status, await response.json()]).toEqual([503, { status: 'fail', reason: 'not done within 2000 ms' }]);
    } finally {
      await other.close();
    }
  });
});
