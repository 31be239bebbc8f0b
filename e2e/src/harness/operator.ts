/**
 * What an operator does and asks, through the product's commands and REST routes. Every answer is checked against the schemas of core.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type ClusterStatus, ClusterStatusSchema, type MemberList, MemberListSchema } from '@quorate/core/api/cluster';
import { ListEventsOutputSchema } from '@quorate/core/api/events';
import { type CreateJoinTokenOutput, CreateJoinTokenOutputSchema, type JoinToken, ListJoinTokensOutputSchema } from '@quorate/core/api/join-tokens';
import type { QuorateEvent } from '@quorate/core/events/event';
import { type HttpAnswer, jsonOf } from './http';
import type { Replica, RunOptions } from './replica';
import { type CommandResult, expectSuccess } from './run-command';
import { waitFor } from './wait-for';

export type MintOptions = { readonly name?: string; readonly ttl?: string; readonly maxUses?: number };

export type JoinOptions = RunOptions & {
  /** Replica to join through. Default: the first one. */
  readonly via?: Replica;
  /** Default: a new one from `via`. */
  readonly minted?: CreateJoinTokenOutput;
  /** The one string that stands for address, token and fingerprint, instead of these. */
  readonly invitation?: string;
  readonly cpUrl?: string;
  readonly fingerprint?: string;
  readonly name?: string;
  /** The same command once more: the token file stays as the first one left it. */
  readonly again?: boolean;
  /** Lets the command restart the running daemon; without it the command only prepares and the caller starts the daemon. */
  readonly restart?: boolean;
  readonly extraArgs?: readonly string[];
};

export type Operator = {
  readonly adminToken: () => string;
  readonly mint: (via: Replica, options?: MintOptions) => Promise<CreateJoinTokenOutput>;
  /** `quorated join … --no-restart` on the new replica's host. */
  readonly join: (joiner: Replica, options?: JoinOptions) => Promise<CommandResult>;
  /** Token, join command, daemon, voter. */
  readonly grow: (joiner: Replica, options?: { readonly via?: Replica; readonly timeoutMs?: number }) => Promise<void>;
  readonly status: (via: Replica) => Promise<ClusterStatus>;
  readonly members: (via: Replica) => Promise<MemberList>;
  readonly tokens: (via: Replica) => Promise<readonly JoinToken[]>;
  /** The newest events, newest first. */
  readonly events: (via: Replica) => Promise<readonly QuorateEvent[]>;
  /** Resolves when `via` lists exactly these replicas as voters, in contact, and no learner. */
  readonly waitVoters: (via: Replica, names: readonly string[], timeoutMs?: number) => Promise<MemberList>;
  /** Resolves with the replica that answers the leader check. */
  readonly leader: (among: readonly Replica[]) => Promise<Replica>;
  /** By name or id, with force. */
  readonly remove: (via: Replica, name: string) => Promise<void>;
};

/** `home` is the founding replica: it holds the administrator token. */
export const createOperator = (home: Replica): Operator => {
  const adminToken = () => readFileSync(path.join(home.dataDir, 'admin-token'), 'utf8').trim();
  const mint: Operator['mint'] = async (via, asked = {}) => {
    const answer = await via.call({ method: 'POST', path: '/v1/nodes/join-tokens', token: adminToken(), body: { kind: 'cluster', ...asked } });
    return CreateJoinTokenOutputSchema.parse(expectStatus(`minting a join token on ${via.name}`, answer, 201));
  };
  const get = async (via: Replica, where: string) => expectStatus(`GET ${where} on ${via.name}`, await via.call({ path: where, token: adminToken() }), 200);
  const members = async (via: Replica) => MemberListSchema.parse(await get(via, '/v1/cluster/members'));
  const waitVoters: Operator['waitVoters'] = (via, names, timeoutMs = 20_000) =>
    waitFor(async () => assertVoters(await members(via), names), { timeoutMs, what: `${via.name} to list the voters ${names.join(', ')} and no learner` });
  const join: Operator['join'] = async (joiner, asked = {}) => {
    joiner.ensureConfig();
    const ticket = asked.invitation === undefined ? await ticketArgs(joiner, asked) : ['--invite', asked.invitation];
    const args = ['join', '--config', joiner.configFile, '--name', asked.name ?? joiner.name, ...ticket];
    if (!asked.restart) args.push('--no-restart');
    return joiner.quorated([...args, ...(asked.extraArgs ?? [])], asked);
  };
  const ticketArgs = async (joiner: Replica, asked: JoinOptions): Promise<readonly string[]> => {
    const via = asked.via ?? home;
    const minted = asked.minted ?? (await mint(via));
    const tokenFile = path.join(joiner.dir, 'join-token');
    if (!asked.again) writeFileSync(tokenFile, `${minted.plaintext}\n`, { mode: 0o600 });
    return ['--cp-url', asked.cpUrl ?? via.replicaUrl, '--token-path', tokenFile, '--ca-fingerprint', asked.fingerprint ?? minted.caFingerprint];
  };
  return {
    adminToken,
    mint,
    join,
    grow: async (joiner, { via = home, timeoutMs = 30_000 } = {}) => {
      const before = await members(via);
      expectSuccess(`quorated join on ${joiner.name}`, await join(joiner, { via }));
      joiner.start();
      await joiner.waitReady({ timeoutMs });
      await waitVoters(via, [...before.members.map((member) => member.name), joiner.name], timeoutMs);
    },
    status: async (via) => ClusterStatusSchema.parse(await get(via, '/v1/cluster')),
    members,
    tokens: async (via) => ListJoinTokensOutputSchema.parse(await get(via, '/v1/nodes/join-tokens')).tokens,
    events: async (via) => ListEventsOutputSchema.parse(await get(via, '/v1/events?limit=100')).events,
    waitVoters,
    leader: (among) => waitFor(() => findLeader(among), { timeoutMs: 15_000, what: 'one replica to say that it leads' }),
    remove: async (via, name) => {
      const found = (await members(via)).members.find((member) => member.name === name || member.id === name);
      if (!found) throw new Error(`${via.name} lists no member ${name}`);
      const answer = await via.call({ method: 'DELETE', path: `/v1/cluster/members/${found.id}?force=true`, token: adminToken(), timeoutMs: 60_000 });
      expectStatus(`removing ${name} on ${via.name}`, answer, 200);
    },
  };
};

const assertVoters = (list: MemberList, names: readonly string[]): MemberList => {
  const voters = list.members.filter((member) => member.role === 'voter' && member.phase === 'ready').map((member) => member.name);
  if (voters.length === list.members.length && [...voters].sort().join() === [...names].sort().join()) return list;
  throw new Error(`listed are ${list.members.map((member) => `${member.name || member.id} (${member.role}, ${member.phase})`).join(', ')}`);
};

const findLeader = async (among: readonly Replica[]): Promise<Replica | undefined> => {
  const answers = await Promise.all(among.map((one) => one.call({ path: '/api/leader-check', timeoutMs: 1_500 }).catch(() => null)));
  return among[answers.findIndex((answer) => answer?.status === 200)];
};

/** The JSON body of an answer that must have this status. */
export const expectStatus = (what: string, answer: HttpAnswer, status: number): unknown => {
  if (answer.status !== status) throw new Error(`${what} answered ${answer.status} instead of ${status}: ${answer.text.slice(0, 500)}`);
  return jsonOf(answer);
};
