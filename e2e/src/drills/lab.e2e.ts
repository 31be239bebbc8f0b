/**
 * What `npm start` does, below its command line: from nothing to three voters, and back to the same three after a stop, however the last
 * run ended.
 */
import { describe, expect, it } from 'vitest';
import { useCluster } from '../harness/test-cluster';
import { waitFor } from '../harness/wait-for';
import { bringUp } from '../lab/bring-up';
import { createProgress } from '../lab/progress';

describe('the lab', () => {
  const present = useCluster('lab', { count: 3, block: 37, story: true });
  const lines: string[] = [];
  const progress = createProgress((text) => lines.push(text.trim()), { color: false });
  const three = ['quorate-0', 'quorate-1', 'quorate-2'];

  it('that is killed while it grows leaves nothing that the next start cannot finish', { timeout: 120_000 }, async () => {
    const cluster = present();
    const killed = bringUp({ cluster, progress }).catch((error: unknown) => error);
    await waitFor(
      () =>
        cluster
          .replica(1)
          .log()
          .some((line) => line.msg === 'joined as learner'),
      { timeoutMs: 40_000, everyMs: 5, what: 'the first joiner to be a learner' },
    );
    await Promise.all(cluster.replicas.map((replica) => replica.killAll()));
    expect(await killed).toBeInstanceOf(Error);
    await bringUp({ cluster, progress });
    await cluster.waitVoters(cluster.replica(0), three);
  });

  it('comes back as it was, without joining again, and says each step', { timeout: 60_000 }, async () => {
    const cluster = present();
    const tokens = await cluster.tokens(cluster.replica(0));
    await Promise.all(cluster.replicas.map((replica) => replica.stop()));
    lines.length = 0;
    await bringUp({ cluster, progress });
    expect(await cluster.tokens(cluster.replica(0))).toHaveLength(tokens.length);
    expect(lines.filter((line) => line.includes('starting with its data'))).toHaveLength(3);
    expect(lines.at(-1)).toContain('3 voters, all in contact');
  });
});
