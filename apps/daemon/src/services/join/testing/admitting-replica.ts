import type { EventType } from '@quorate/core/events/event';
import { failCheck, passCheck } from '@quorate/core/join/check-result';
import type { JoinRecord } from '@quorate/core/join/join-record';
import type { CommitRequest, Joiner, PrepareRequest } from '@quorate/core/join/wire';
import type { EtcdClient } from '../../../etcd/api';
import { startTestEtcd, type TestEtcd } from '../../../etcd/testing/start-test-etcd';
import { silentLogger } from '../../../kit/logger';
import { createFakeClock, type FakeClock } from '../../../kit/testing/fake-clock';
import type { Stored } from '../../../store/codec';
import { createJoinTokensStore, type JoinTokenRow, type JoinTokensStore } from '../../../store/join-tokens-store';
import { createJoinsStore, type JoinsStore } from '../../../store/joins-store';
import { NOON_MS } from '../../../store/testing/join-fixtures';
import { createClusterSide, undoJoin } from '../cluster-side';
import { createJoinTokens } from '../tokens';

export const NEVER = new AbortController().signal;
export const FROM = '127.0.24.200';
/** 64 hex digits stand for the fingerprint of a CA. */
export const FINGERPRINT = `sha256:${'ab'.repeat(32)}`;

/** Thrown by a failpoint: the replica "dies" there, and what it wrote stays. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

type SideDeps = Parameters<typeof createClusterSide>[0];

export type AdmittingReplica = {
  readonly server: TestEtcd;
  readonly etcd: EtcdClient;
  readonly tokens: JoinTokensStore;
  readonly joins: JoinsStore;
  readonly clock: FakeClock;
  readonly side: ReturnType<typeof createClusterSide>;
  /** The same room on another client, a lossy store … */
  readonly sideWith: (part: Partial<SideDeps>) => ReturnType<typeof createClusterSide>;
  readonly undo: (joinId: string, reason: string, part?: Partial<SideDeps>) => Promise<string>;
  readonly tokenService: ReturnType<typeof createJoinTokens>;
  readonly events: { readonly type: EventType; readonly subject: string; readonly detail: string }[];
  /** Failpoints in the order in which they were passed. */
  readonly passed: string[];
  readonly wakes: () => number;
  /** The next time this point is reached the replica dies there. */
  readonly crashAt: (point: string) => void;
  /** While set, the checks of both sides fail. */
  readonly failChecks: (on: boolean) => void;
  /** A token and its stored row. */
  readonly mint: (maxUses?: number) => Promise<{ readonly id: string; readonly plaintext: string }>;
  readonly prepare: (joiner: Joiner, token: string) => Promise<void>;
  readonly admit: (joiner: Joiner, token: string) => ReturnType<ReturnType<typeof createClusterSide>['admit']>;
  readonly record: (joiner: Joiner) => Promise<Stored<JoinRecord>>;
  readonly token: (id: string) => Promise<JoinTokenRow>;
  /** Peer URLs of the learners that etcd lists. */
  readonly learners: () => Promise<string[]>;
  /** Removes every learner, join and admission. */
  readonly reset: () => Promise<void>;
};

/** The cluster's side of a join on a real etcd of one member. Stop `server` in afterAll. */
export const startAdmittingReplica = async (address: string): Promise<AdmittingReplica> => {
  const server = await startTestEtcd({ address });
  const etcd = server.client;
  const clock = createFakeClock(NOON_MS);
  const tokens = createJoinTokensStore(etcd);
  const joins = createJoinsStore(etcd, tokens);
  const events: { type: EventType; subject: string; detail: string }[] = [];
  const passed: string[] = [];
  let wakes = 0;
  let crashPoint: string | null = null;
  let checksFail = false;
  const deps: SideDeps = {
    etcd,
    joins,
    tokens,
    clock,
    logger: silentLogger,
    recordEvent: (event) => void events.push(event),
    wakeMembership: () => {
      wakes += 1;
    },
    failpoint: (point) => {
      passed.push(point);
      if (point !== crashPoint) return;
      crashPoint = null;
      throw new Crash(`died at ${point}`);
    },
    runChecks: async () => [checksFail ? failCheck({ ...CHECK, fix: 'open the port', code: 'JOIN_CHECK_FAILED' }) : passCheck(CHECK)],
  };
  const side = createClusterSide(deps);
  const tokenService = createJoinTokens({
    store: tokens,
    clock,
    recordEvent: deps.recordEvent,
    caFingerprint: FINGERPRINT,
    clusterToken: 'quorate-cluster',
    replicaUrls: () => URLS,
  });
  return {
    server,
    etcd,
    tokens,
    joins,
    clock,
    side,
    sideWith: (part) => createClusterSide({ ...deps, ...part }),
    undo: (joinId, reason, part = {}) => undoJoin({ ...deps, ...part }, { joinId, reason }, NEVER),
    tokenService,
    events,
    passed,
    wakes: () => wakes,
    crashAt: (point) => {
      crashPoint = point;
    },
    failChecks: (on) => {
      checksFail = on;
    },
    mint: async (maxUses = 1) => {
      const minted = await tokenService.create({ kind: 'cluster', maxUses }, { name: 'administrator' }, NEVER);
      return { id: minted.token.id, plaintext: minted.plaintext };
    },
    prepare: async (joiner, token) => void (await side.prepare(prepareRequest(joiner, token), FROM, NEVER)),
    admit: (joiner, token) => side.admit(commitRequest(joiner, token), FROM, NEVER),
    record: async (joiner) => found(await joins.get(joiner.joinId)),
    token: async (id) => found(await tokens.get(id)).value,
    learners: async () => (await etcd.memberList()).filter((member) => member.isLearner).flatMap((member) => [...member.peerUrls]),
    reset: async () => {
      for (const member of await etcd.memberList()) if (member.isLearner) await etcd.memberRemove(member.id);
      for (const { kvs } of [await etcd.range({ prefix: '/quorate/v1/join', keysOnly: true })])
        for (const { key } of kvs) await etcd.txn({ compares: [], then: [{ kind: 'delete', key }] });
      events.length = 0;
      passed.length = 0;
      crashPoint = null;
      checksFail = false;
    },
  };
};

export const URLS = ['https://127.0.24.1:8443', 'https://127.0.24.2:8443'];
const CHECK = { id: 'dial-back-peer', side: 'cluster', detail: 'the port answers' } as const;

export const prepareRequest = (joiner: Joiner, token: string): PrepareRequest => ({
  v: 1,
  token,
  joiner,
  dialBack: { peerNonce: null, replicaNonce: null },
  sentAt: new Date(NOON_MS).toISOString(),
});

export const commitRequest = (joiner: Joiner, token: string): CommitRequest => ({ v: 1, token, joiner, csrPem: 'not looked at here' });

const found = <T>(value: T | null): T => {
  if (value === null) throw new Error('there is no such record');
  return value;
};
