import {
  type ClusterStatus,
  ClusterStatusSchema,
  type MemberList,
  MemberListSchema,
  type RemovalPreview,
  RemovalPreviewSchema,
  RemoveMemberOutputSchema,
  type SimulateOutput,
  SimulateOutputSchema,
} from '@quorate/core/api/cluster';
import { type ListEventsOutput, ListEventsOutputSchema } from '@quorate/core/api/events';
import {
  type CreateJoinTokenOutput,
  CreateJoinTokenOutputSchema,
  type JoinToken,
  ListJoinTokensOutputSchema,
  RevokeJoinTokenOutputSchema,
} from '@quorate/core/api/join-tokens';
import { AppError } from '@quorate/core/errors/app-error';
import type { inferRouterInputs } from '@trpc/server';
import type { z } from 'zod';
import type { AppRouter } from '../../api/trpc/router';
import type { Credentials } from './transport/exchange';
import { createAsker } from './transport/fail-over';
import { follow } from './transport/follow';
import type { Target } from './transport/target';

type Inputs = inferRouterInputs<AppRouter>;

/** What the commands ask of a cluster. Every method throws AppError only. */
export type QuorateClient = {
  readonly status: () => Promise<ClusterStatus>;
  /** The present status, then each changed one, over lost replicas too, until the command is interrupted. */
  readonly watch: (onLost: (error: AppError) => void) => AsyncIterable<ClusterStatus>;
  readonly members: () => Promise<MemberList>;
  readonly previewRemoval: (id: string) => Promise<RemovalPreview>;
  readonly removeMember: (input: Inputs['cluster']['removeMember']) => Promise<z.output<typeof RemoveMemberOutputSchema>>;
  readonly simulate: (down: string[]) => Promise<SimulateOutput>;
  readonly createToken: (input: Inputs['joinTokens']['create']) => Promise<CreateJoinTokenOutput>;
  readonly listTokens: () => Promise<JoinToken[]>;
  readonly revokeToken: (id: string) => Promise<JoinToken>;
  readonly events: (input: Inputs['events']['list']) => Promise<ListEventsOutput>;
};

/** A client for these targets; answers of another form than this version knows are refused, not printed. */
export const createClient = (targets: readonly Target[], credentials: Credentials, signal: AbortSignal): QuorateClient => {
  const asker = createAsker(targets, credentials);
  const query = async <S extends z.ZodType>(procedure: string, schema: S, input?: unknown) =>
    parseAnswer(schema, await asker.ask({ kind: 'query', procedure, input }, signal));
  const change = async <S extends z.ZodType>(procedure: string, schema: S, input: unknown) =>
    parseAnswer(schema, await asker.ask({ kind: 'mutation', procedure, input }, signal));
  return Object.freeze({
    status: () => query('cluster.status', ClusterStatusSchema),
    watch: async function* (onLost: (error: AppError) => void) {
      for await (const data of follow(asker, credentials, { procedure: 'cluster.watch', signal, onLost })) yield parseAnswer(ClusterStatusSchema, data);
    },
    members: () => query('cluster.members', MemberListSchema),
    previewRemoval: (id: string) => query('cluster.previewRemoval', RemovalPreviewSchema, { id }),
    removeMember: (input: Inputs['cluster']['removeMember']) => change('cluster.removeMember', RemoveMemberOutputSchema, input),
    simulate: (down: string[]) => query('cluster.simulate', SimulateOutputSchema, { down }),
    createToken: (input: Inputs['joinTokens']['create']) => change('joinTokens.create', CreateJoinTokenOutputSchema, input),
    listTokens: async () => (await query('joinTokens.list', ListJoinTokensOutputSchema)).tokens,
    revokeToken: async (id: string) => (await change('joinTokens.revoke', RevokeJoinTokenOutputSchema, { id })).token,
    events: (input: Inputs['events']['list']) => query('events.list', ListEventsOutputSchema, input),
  });
};

const parseAnswer = <S extends z.ZodType>(schema: S, answer: unknown): z.output<S> => {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new AppError('RECORD_UNREADABLE', {
    message: 'the replica answered in a form this version does not know',
    cause: parsed.error,
    hint: 'Use the "quorate" of the same version as the replicas ("quorate cluster member list" shows theirs).',
  });
};
