/**
 * Writes that can be accounted for afterwards: join tokens, minted over REST. An answer 201 is an acknowledgement, any other answer a
 * refusal, no answer at all leaves it unknown whether the write took place.
 */
import { CreateJoinTokenOutputSchema, type JoinToken } from '@quorate/core/api/join-tokens';
import { ProblemSchema } from '@quorate/core/errors/problem';
import { jsonOf } from '../harness/http';
import type { Replica } from '../harness/replica';

export type WriteOutcome =
  | { readonly kind: 'acknowledged'; readonly via: string; readonly name: string; readonly id: string; readonly durationMs: number; readonly atMs: number }
  | {
      readonly kind: 'refused';
      readonly via: string;
      readonly name: string;
      readonly status: number;
      readonly code: string;
      readonly durationMs: number;
      readonly atMs: number;
    }
  | { readonly kind: 'unknown'; readonly via: string; readonly name: string; readonly error: string; readonly durationMs: number; readonly atMs: number };

export type WriteLog = {
  readonly outcomes: readonly WriteOutcome[];
  /** One write through this replica; never throws. `atMs` is performance.now() at its end. */
  readonly write: (via: Replica, options?: { readonly timeoutMs?: number }) => Promise<WriteOutcome>;
  /** Acknowledged writes that a listing does not hold. */
  readonly missingFrom: (listed: readonly JoinToken[]) => readonly string[];
};

export const createWriteLog = (adminToken: () => string): WriteLog => {
  const outcomes: WriteOutcome[] = [];
  let count = 0;
  return {
    outcomes,
    write: async (via, { timeoutMs = 10_000 } = {}) => {
      count += 1;
      const name = `write-${count}`;
      const outcome = await send(via, { name, token: adminToken(), timeoutMs });
      outcomes.push(outcome);
      return outcome;
    },
    missingFrom: (listed) => {
      const ids = new Set(listed.map((token) => token.id));
      return outcomes.flatMap((outcome) => (outcome.kind === 'acknowledged' && !ids.has(outcome.id) ? [`${outcome.name} through ${outcome.via}`] : []));
    },
  };
};

const send = async (via: Replica, options: { name: string; token: string; timeoutMs: number }): Promise<WriteOutcome> => {
  const { name } = options;
  const startedAt = performance.now();
  const end = () => ({ via: via.name, name, durationMs: performance.now() - startedAt, atMs: performance.now() });
  try {
    const answer = await via.call({
      method: 'POST',
      path: '/v1/nodes/join-tokens',
      token: options.token,
      body: { kind: 'cluster', name },
      timeoutMs: options.timeoutMs,
    });
    if (answer.status === 201) return { kind: 'acknowledged', id: CreateJoinTokenOutputSchema.parse(jsonOf(answer)).token.id, ...end() };
    const problem = ProblemSchema.safeParse(jsonOf(answer));
    return { kind: 'refused', status: answer.status, code: problem.success ? problem.data.code : answer.text.slice(0, 200), ...end() };
  } catch (error) {
    return { kind: 'unknown', error: String(error), ...end() };
  }
};
