/**
 * The same question to several replicas until one answers. A read may be repeated anywhere; a change only when it has provably not
 * been seen: a change applied twice is worse than one that must be asked for again.
 */
import { AppError, isAppError, toAppError } from '@quorate/core/errors/app-error';
import { errorRow } from '@quorate/core/errors/codes';
import { ask, type Credentials, type Question } from './exchange';
import { type Target, targetName } from './target';

export type Asker = {
  /** The answer, unparsed. Throws the most telling of the refusals. */
  readonly ask: (question: Question, signal: AbortSignal) => Promise<unknown>;
  /** The target that answered last, else the first. */
  readonly current: () => Target;
  /** Goes on with the next target. */
  readonly skip: () => void;
};

/** True when another target may be asked the same after this failure. Pure. */
export const mayAskElsewhere = (kind: Question['kind'], error: AppError): boolean => {
  // Refused before anything was looked at.
  if (error.code === 'STARTING') return true;
  if (error.code === 'DAEMON_UNREACHABLE') return kind === 'query' || error.data.sent === false;
  return kind === 'query' && errorRow(error.code).http === 503;
};

/** Asks the targets in order, beginning with the one that answered last. */
export const createAsker = (targets: readonly Target[], credentials: Credentials): Asker => {
  let at = 0;
  const current = (): Target => {
    const target = targets[at % targets.length];
    if (target === undefined) throw new AppError('INTERNAL', { message: 'there is nobody to ask' });
    return target;
  };
  const skip = () => {
    at = (at + 1) % targets.length;
  };
  return Object.freeze({
    current,
    skip,
    ask: async (question: Question, signal: AbortSignal) => {
      const failures: { target: string; error: AppError }[] = [];
      for (let turn = 0; turn < targets.length; turn += 1) {
        try {
          return await ask(current(), credentials, { ...question, signal });
        } catch (thrown) {
          signal.throwIfAborted();
          const error = toAppError(thrown);
          failures.push({ target: targetName(current()), error });
          skip();
          if (!mayAskElsewhere(question.kind, error)) throw error;
        }
      }
      throw summary(failures, question.kind);
    },
  });
};

/** What a replica said tells more than that others were silent. */
const summary = (failures: readonly { target: string; error: AppError }[], kind: Question['kind']): AppError => {
  const [first] = failures;
  const spoken = failures.find(({ error }) => !isAppError(error, 'DAEMON_UNREACHABLE'));
  if (spoken !== undefined) return spoken.error;
  if (first === undefined || failures.length === 1) return withTlsHint(first?.error ?? new AppError('INTERNAL', { message: 'nobody was asked' }));
  const reasons = failures.map(({ target, error }) => `${target} (${String(error.data.reason ?? error.code)})`);
  const sent = failures.some(({ error }) => error.data.sent !== false);
  const what = kind === 'query' || !sent ? '' : '; the change may have been made';
  return withTlsHint(new AppError('DAEMON_UNREACHABLE', { message: `no answer from ${reasons.join(', ')}${what}`, data: { ...first.error.data, sent } }));
};

const withTlsHint = (error: AppError): AppError => {
  if (error.data.reason !== 'tls') return error;
  return new AppError('DAEMON_UNREACHABLE', {
    message: error.message,
    cause: error.cause,
    hint: 'Its certificate is not trusted here. Name the CA of the cluster: --ca-fingerprint sha256:… ("quorated ca fingerprint" prints it) or --ca-file FILE.',
    data: error.data,
  });
};
