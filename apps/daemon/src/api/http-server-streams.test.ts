import { afterEach, describe, expect, it } from 'vitest';
import { clusterStatus, fakeServices } from './testing/fake-services';
import { asAdmin, type ServedPublic, servePublic } from './testing/serve-public';

const open: ServedPublic[] = [];
const serve = async (...args: Parameters<typeof servePublic>): Promise<ServedPublic> => {
  const served = await servePublic(...args);
  open.push(served);
  return served;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

/** Reads a stream until the text matches; ends the wait with the test's own limit. */
const reader = (response: Response) => {
  const body = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    until: async (pattern: RegExp): Promise<string> => {
      while (!pattern.test(text)) {
        const chunk = await body?.read();
        if (chunk === undefined || chunk.done) throw new Error(`the stream ended: ${text}`);
        text += chunk.value;
      }
      return text;
    },
    rest: async (): Promise<string> => {
      for (let chunk = await body?.read(); chunk !== undefined && !chunk.done; chunk = await body?.read()) text += chunk.value;
      return text;
    },
  };
};

const untilTrue = async (condition: () => boolean): Promise<void> => {
  for (let turn = 0; !condition(); turn += 1) {
    if (turn > 200) throw new Error('the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};

describe('event streams', () => {
  it.each([
    ['REST', '/v1/cluster/watch'],
    ['tRPC', '/trpc/cluster.watch'],
  ])('over %s begin with the present state and go on with each changed one, each with an id', async (_name, path) => {
    const { url, services } = await serve();
    const stop = new AbortController();
    const stream = reader(await fetch(url + path, { headers: { ...asAdmin, accept: 'text/event-stream' }, signal: stop.signal }));
    expect(await stream.until(/"raftTerm":"4"/)).toContain('id: 2026-01-02T03:04:05.000Z');
    services.publish(clusterStatus({ raftTerm: '5', observedAt: '2026-01-02T03:04:06.000Z' }));
    await stream.until(/"raftTerm":"5"/);
    expect(await stream.until(/id: 2026-01-02T03:04:06.000Z/)).toContain('data: ');
    stop.abort();
    await untilTrue(() => services.watchers() === 0);
  });

  it('over REST end with a problem when the replica stops, at once and not by the force of a time limit', async () => {
    const { url, close } = await serve();
    const stream = reader(await fetch(`${url}/v1/cluster/watch`, { headers: asAdmin }));
    await stream.until(/raftTerm/);
    const before = performance.now();
    await close();
    expect(await stream.rest()).toMatch(/event: problem\ndata: .*"code":"STOPPING"/);
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it('over tRPC end with an error that makes clients reconnect when the replica stops', async () => {
    const { url, close } = await serve();
    const stream = reader(await fetch(`${url}/trpc/cluster.watch`, { headers: asAdmin }));
    await stream.until(/raftTerm/);
    await close();
    const text = await stream.rest();
    expect(text).toMatch(/event: serialized-error\ndata: .*"code":"STOPPING"/);
    expect(text).not.toContain('event: return');
  });

  it('tell what went wrong in the middle of a stream', async () => {
    const fake = fakeServices();
    const failing = async function* () {
      yield clusterStatus();
      throw new TypeError('a secret detail');
    };
    const { url } = await serve({ fake: { ...fake, cluster: { ...fake.cluster, watch: failing } } });
    const text = await reader(await fetch(`${url}/v1/cluster/watch`, { headers: asAdmin })).rest();
    expect(text).toMatch(/event: problem\ndata: .*"code":"INTERNAL"/);
    expect(text).not.toContain('secret');
  });
});
