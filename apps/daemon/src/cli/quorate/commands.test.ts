import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '@quorate/core/errors/app-error';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AdminSocket, createAdminSocket } from '../../api/admin-socket';
import { clusterStatus, type FakeServices, fakeServices, joinToken, member, quorum } from '../../api/testing/fake-services';
import { silentLogger } from '../../kit/logger';
import { type CommandOptions, runCommand } from './testing/run-command';

let directory: string;
let socketPath: string;
let fake: FakeServices;
const open: AdminSocket[] = [];
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'quorate-'));
  socketPath = path.join(directory, 'admin.sock');
  fake = fakeServices();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close({ graceMs: 100 })));
  await rm(directory, { recursive: true, force: true });
});

const serve = async (services: FakeServices = fake): Promise<AdminSocket> => {
  const local = { restart: () => undefined, state: () => Promise.reject(new Error('unused')) as never };
  const socket = await createAdminSocket({ services: () => services, local, logger: silentLogger });
  open.push(socket);
  await socket.listen(socketPath);
  return socket;
};
const quorate = (args: readonly string[], options?: CommandOptions) => runCommand(['--socket', socketPath, ...args], options);
const withCluster = (part: Partial<FakeServices['cluster']>): FakeServices => ({ ...fake, cluster: { ...fake.cluster, ...part } });
const n2 = member('n2').id;
const joining = {
  joinId: 'b'.repeat(32),
  name: 'n4',
  peerUrl: 'https://n4.example:2380',
  phase: 'catching-up' as const,
  memberId: '4d',
  queuePosition: null,
  percent: 62.5,
  etaSeconds: 75,
  stallReason: null,
  startedAt: '2026-01-02T03:04:00.000Z',
  updatedAt: '2026-01-02T03:04:05.000Z',
};

describe('quorate cluster status', () => {
  it('says who leads and what the cluster survives, joins and conditions with what to do', async () => {
    const status = clusterStatus({
      members: [...clusterStatus().members, member('n4', { id: '4d', role: 'learner', phase: 'catching-up', lagEntries: 37, join: joining })],
      joins: [joining, { ...joining, name: 'n5', phase: 'reserved', queuePosition: 1, percent: null, etaSeconds: null }],
      conditions: [
        {
          code: 'EVEN_VOTERS',
          severity: 'warning',
          title: 'An even number of voters',
          why: 'No gain.',
          evidence: '4 voters',
          remedy: 'Add one.',
          subject: null,
        },
      ],
    });
    await serve(withCluster({ status: () => status }));
    const { status: exit, out, err } = await quorate(['cluster', 'status']);
    expect([exit, err]).toEqual([0, '']);
    expect(out).toBe(`quorum: 3 of 3 voters reachable, 2 needed; survives 1 more failure

cluster     c0ffee00c0ffee00, generation 1
leader      n1 (6e31), term 4
asked       n1 (voter) at 2026-01-02T03:04:05.000Z
cluster CA  sha256:${'ab'.repeat(32)}

ID    NAME       ROLE           PHASE                                LAG  INDEX   DB SIZE  ETCD    QUORATE  LAST CONTACT  PEER URL
6e31  n1 (here)  voter, leader  ready                                  0   1200  20.0 KiB  3.5.16  0.1.0    now           https://n1.example:2380
6e32  n2         voter          ready                                  0   1200  20.0 KiB  3.5.16  0.1.0    now           https://n2.example:2380
6e33  n3         voter          ready                                  0   1200  20.0 KiB  3.5.16  0.1.0    now           https://n3.example:2380
4d    n4         learner        catching-up 62.5 %, 1 min 15 s left   37   1200  20.0 KiB  3.5.16  0.1.0    now           https://n4.example:2380

joins under way
  n4  catching-up 62.5 %, 1 min 15 s left
  n5  waiting, number 1 in the queue

conditions
  warning EVEN_VOTERS: An even number of voters
    why: No gain.
    seen: 4 voters
    to fix: Add one.
`);
  });

  it('works without quorum, in words that say so', async () => {
    const words = 'cannot write: 2 of 3 voters are down';
    await serve(
      withCluster({ status: () => clusterStatus({ leaderId: null, quorum: { ...quorum, reachable: 1, hasQuorum: false, toleranceNow: 0, words } }) }),
    );
    const { status, out } = await quorate(['cluster', 'status']);
    expect(status).toBe(0);
    expect(out).toContain(words);
    expect(out).toMatch(/leader +none/);
  });

  it('says so when no member is known yet', async () => {
    await serve(withCluster({ status: () => clusterStatus({ members: [], leaderId: null }), members: () => ({ members: [], quorum }) }));
    expect((await quorate(['cluster', 'status'])).out).not.toContain('NAME');
    expect((await quorate(['cluster', 'member', 'list'])).out).toMatch(/^No member is known yet\.\n\nquorum: /);
  });

  it('says the same with and without colours', async () => {
    await serve();
    const plain = await quorate(['cluster', 'status']);
    const colored = await quorate(['cluster', 'status'], { hasColor: true });
    expect(colored.out).toContain('\u001b[');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for.
    expect(colored.out.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain.out);
  });

  it('lets no control character of another host reach the terminal', async () => {
    await serve(withCluster({ status: () => clusterStatus({ members: [member('evil\u001b]0;title\u0007\n')] }) }));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for.
    expect((await quorate(['cluster', 'status'])).out).not.toMatch(/[\u001b\u0007]/);
  });

  it('watches: one picture after the other, as JSON one line each, until it is interrupted', async () => {
    await serve();
    const stop = new AbortController();
    const onOut = (all: string) => {
      if (all.split('\n').length === 2) fake.publish(clusterStatus({ raftTerm: '5' }));
      if (all.split('\n').length === 3) stop.abort();
    };
    const { status, out } = await quorate(['cluster', 'status', '--watch', '--json'], { signal: stop.signal, onOut });
    expect(status).toBe(130);
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { raftTerm: string }).raftTerm),
    ).toEqual(['4', '5']);
  });
});

describe('quorate cluster member list', () => {
  it('prints the members, and with --json the very answer of the API', async () => {
    await serve();
    expect((await quorate(['cluster', 'member', 'list'])).out).toMatch(/6e31 {2}n1 \(here\) {2}voter, leader {2}ready[\s\S]*quorum: 3 of 3/);
    const json = await quorate(['cluster', 'member', 'list', '--json']);
    expect(JSON.parse(json.out)).toEqual({ members: clusterStatus().members, quorum });
  });

  it('watches without repeating what did not change in its view', async () => {
    await serve();
    const stop = new AbortController();
    let pictures = 0;
    const onOut = (all: string) => {
      pictures = all.split('ID    NAME').length - 1;
      if (pictures === 1) {
        fake.publish(clusterStatus({ conditions: [] }));
        fake.publish(clusterStatus({ members: [member('n1')] }));
      }
      if (pictures === 2) stop.abort();
    };
    const { status } = await quorate(['cluster', 'member', 'list', '--watch'], { signal: stop.signal, onOut });
    expect([status, pictures]).toEqual([130, 2]);
  });
});

describe('quorate cluster member remove', () => {
  const preview = (verdict: 'safe' | 'unsafe' | 'refused') => ({
    member: member('n2'),
    before: quorum,
    after: { ...quorum, voters: 2, toleranceNow: 0, words: 'does not survive another failure' },
    verdict,
    consequences: ['One more failure stops all writes.'],
  });
  const removed = () => fake.calls.filter((one) => one.name === 'removeMember').map((one) => one.args[0]);

  it('shows tolerance before and after, asks for the name, and removes', async () => {
    await serve(withCluster({ previewRemoval: () => preview('safe') }));
    const { status, out, questions } = await quorate(['cluster', 'member', 'remove', 'n2'], { answer: 'n2' });
    expect(status).toBe(0);
    expect(out).toBe(`remove n2 (6e32): voter, ready

                   NOW                      AFTER
voters             3                        2
reachable          3                        3
needed             2                        2
failures survived  1                        0
in words           survives 1 more failure  does not survive another failure

- One more failure stops all writes.

removed n2 (6e32): survives 1 more failure
`);
    expect(questions).toEqual(['\nType n2 to remove it: ']);
    expect(removed()).toEqual([{ id: n2, force: false }]);
  });

  it.each([
    ['the wrong word', { answer: 'n1' }],
    ['nothing', { answer: '' }],
    ['nobody to ask', {}],
  ])('removes nothing on %s', async (_name, options) => {
    await serve(withCluster({ previewRemoval: () => preview('safe') }));
    const { status, err } = await quorate(['cluster', 'member', 'remove', n2], options);
    expect(status).toBe(64);
    expect(err).toContain('error CONFIRMATION_REQUIRED');
    expect(removed()).toEqual([]);
  });

  it('asks nobody with --yes', async () => {
    await serve(withCluster({ previewRemoval: () => preview('safe') }));
    const { status, questions } = await quorate(['cluster', 'member', 'remove', n2, '--yes']);
    expect([status, questions, removed()]).toEqual([0, [], [{ id: n2, force: false }]]);
  });

  it('refuses what is not safe before it asks, unless forced', async () => {
    await serve(withCluster({ previewRemoval: () => preview('unsafe') }));
    const refused = await quorate(['cluster', 'member', 'remove', 'n2', '--yes']);
    expect([refused.status, removed()]).toEqual([75, []]);
    expect(refused.err).toContain('error MEMBER_REMOVE_UNSAFE: removing n2 is not safe: One more failure stops all writes.');
    expect(refused.err).toContain('--force');
    const forced = await quorate(['cluster', 'member', 'remove', 'n2', '--yes', '--force', '--json']);
    expect([forced.status, removed(), JSON.parse(forced.out)]).toMatchObject([0, [{ id: n2, force: true }], { removedId: n2 }]);
  });

  it('never does what is refused, forced or not', async () => {
    await serve(withCluster({ previewRemoval: () => preview('refused') }));
    const { status, err } = await quorate(['cluster', 'member', 'remove', 'n2', '--yes', '--force']);
    expect([status, removed()]).toEqual([75, []]);
    expect(err).toContain('MEMBER_REMOVE_REFUSED');
  });

  it('knows members by id and by name, and refuses what fits none or several', async () => {
    await serve(withCluster({ members: () => ({ quorum, members: [member('n1'), member('6e31', { id: 'ff' })] }) }));
    const nobody = await quorate(['cluster', 'member', 'remove', 'n9', '--yes']);
    expect([nobody.status, nobody.err]).toEqual([65, expect.stringContaining('no member has the id or name "n9"')]);
    const several = await quorate(['cluster', 'member', 'remove', '6e31', '--yes']);
    expect([several.status, several.err]).toEqual([64, expect.stringContaining('fits several members: n1 (6e31), 6e31 (ff)')]);
    expect((await quorate(['cluster', 'member', 'remove', '', '--yes'])).status).toBe(65);
  });
});

describe('quorate cluster join-token', () => {
  it('creates one and shows its plaintext with the command for the new host', async () => {
    await serve();
    const { status, out } = await quorate(['cluster', 'join-token', 'create', '--ttl', '15m', '--max-uses', '2', '--name', 'rack 4']);
    expect(status).toBe(0);
    expect(out).toMatch(/token +qrt_join_secret\ninvitation +qrt_invite_secret\n/);
    expect(out).toContain('quorated join --invite qrt_invite_secret');
    expect(out).toContain('in 59 min 50 s');
    expect(fake.calls[0]?.args[0]).toEqual({ kind: 'cluster', ttl: 900_000, maxUses: 2, name: 'rack 4' });
  });

  it('gives programs the whole answer with --output json', async () => {
    await serve();
    const { out } = await quorate(['cluster', 'join-token', 'create', '--output', 'json']);
    expect(JSON.parse(out)).toMatchObject({ plaintext: 'qrt_join_secret', token: { id: 'tok-1' }, replicaUrls: ['https://n1.example:8443'] });
  });

  it.each([
    [['--ttl', '25h'], 'a join token lives between 1m and 24h'],
    [['--ttl', 'soon'], 'a duration is a whole number and a unit'],
    [['--max-uses', '1.5'], '--max-uses "1.5" is not a whole number'],
    [['--max-uses', '99'], 'maxUses'],
    [['--output', 'yaml'], 'Allowed choices are text, json'],
  ])('refuses %s and says why', async (args, why) => {
    await serve();
    const { status, err } = await quorate(['cluster', 'join-token', 'create', ...args]);
    expect([status, err]).toEqual([64, expect.stringContaining(why)]);
    expect(fake.calls).toEqual([]);
  });

  it('lists tokens with who used them, and revokes one', async () => {
    const use = { joinId: 'c'.repeat(32), memberName: 'n2', at: '2026-01-02T03:04:06.000Z', from: '10.0.0.11' };
    await serve({ ...fake, tokens: { ...fake.tokens, list: async () => [joinToken({ state: 'exhausted', uses: [use] })] } });
    const { out } = await quorate(['cluster', 'join-token', 'list']);
    expect(out).toMatch(/tok-1 {2}exhausted {2}1 of 1 {2}in 59 min 50 s/);
    expect(out).toMatch(/tok-1 {2}n2 {7}10\.0\.0\.11/);
    expect((await quorate(['cluster', 'join-token', 'revoke', 'tok-1'])).out).toBe('revoked tok-1: nobody can use it any more\n');
    expect(fake.calls).toMatchObject([{ name: 'revoke', args: ['tok-1', { kind: 'admin-socket' }] }]);
  });
});

describe('quorate', () => {
  it('simulates the loss of members and lists events', async () => {
    await serve({
      ...fake,
      events: {
        list: async () => ({
          events: [{ v: 1, id: 'e1', type: 'member.promoted', event_src_id: 'n1', at: '2026-01-02T03:04:05.000Z', subject: 'n2', detail: 'after 0.4 s' }],
          nextCursor: 'e1',
        }),
      },
    });
    expect((await quorate(['cluster', 'simulate', '--down', 'n1, n2'])).out).toContain('- Nothing changes.');
    expect(fake.calls).toMatchObject([{ name: 'simulate', args: [['n1', 'n2']] }]);
    const events = await quorate(['cluster', 'events', '--limit', '1']);
    expect(events.out).toMatch(/member\.promoted {2}n2 {7}after 0\.4 s {2}n1/);
    expect(events.out).toContain('quorate cluster events --cursor e1');
  });

  it('prints its version', async () => {
    expect(await runCommand(['version'])).toMatchObject({ status: 0, out: 'quorate 0.1.0\n' });
    expect(JSON.parse((await runCommand(['version', '--json'])).out)).toEqual({ version: '0.1.0' });
    expect(await runCommand(['--version'])).toMatchObject({ status: 0, out: '0.1.0\n' });
  });

  it('prints an error as what, why and how to fix, and for programs as a problem', async () => {
    await serve(
      withCluster({
        members: () => {
          throw new AppError('NO_QUORUM', { message: '1 of 3 voters answers' });
        },
      }),
    );
    const text = await quorate(['cluster', 'member', 'list']);
    expect([text.status, text.out]).toEqual([75, '']);
    expect(text.err).toBe(
      'error NO_QUORUM: 1 of 3 voters answers\n  to fix: Start the replicas that are down. Until a majority of voters is back nothing can be written.\n',
    );
    const json = await quorate(['cluster', 'member', 'list', '--json']);
    expect(JSON.parse(json.err)).toMatchObject({ code: 'NO_QUORUM', status: 503, requestId: expect.stringMatching(/^[0-9a-f]{16}$/), data: {} });
  });

  it('names the request of a defect', async () => {
    await serve(
      withCluster({
        members: () => {
          throw new TypeError('a secret detail');
        },
      }),
    );
    const { status, err } = await quorate(['cluster', 'member', 'list']);
    expect([status, err]).toEqual([70, expect.stringMatching(/error INTERNAL: .*\n {2}request: [0-9a-f]{16}\n/)]);
    expect(err).not.toContain('secret');
  });

  it.each([
    [['cluster', 'stat'], 'unknown command'],
    [['cluster', 'status', '--wacth'], 'unknown option'],
    [['cluster', 'member', 'remove'], 'missing required argument'],
    [['cluster', 'simulate'], "required option '--down <members>' not specified"],
    [['cluster', 'status', 'now'], 'too many arguments'],
    [['cluster'], 'is not a whole command'],
    [[], 'is not a whole command'],
    [['cluster', 'events', '--limit', 'all'], 'is not a whole number'],
  ])('calls %s wrong usage', async (args, why) => {
    const { status, err, out } = await quorate(args);
    expect([status, out]).toEqual([64, '']);
    expect(err).toContain('error INVALID_INPUT: ');
    expect(err).toContain(why);
    expect(JSON.parse((await quorate([...args, '--json'])).err)).toMatchObject({ code: 'INVALID_INPUT' });
  });
});
