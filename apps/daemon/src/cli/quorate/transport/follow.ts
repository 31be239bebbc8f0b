/** Follows an event stream over all replicas: when one is lost the next is asked, for as long as the signal allows. */
import { AppError, isAppError, toAppError } from '@quorate/core/errors/app-error';
import { ProblemSchema } from '@quorate/core/errors/problem';
import { z } from 'zod';
import { createBackoff } from '../../../kit/backoff';
import { systemClock } from '../../../kit/clock';
import { type Credentials, errorOfProblem, lostContact, openStream } from './exchange';
import { type Asker, mayAskElsewhere } from './fail-over';
import { serverEvents } from './server-events';

/** A stream speaks at least every 10 s. */
const SILENCE_MS = 30_000;
const SerializedErrorSchema = z.object({ data: z.object({ problem: ProblemSchema }) });

export type FollowOptions = {
  readonly procedure: string;
  readonly signal: AbortSignal;
  /** Told when contact is lost, before the next replica is asked. */
  readonly onLost: (error: AppError) => void;
};

/** The data of each event, unparsed, until the signal aborts. Throws what no other replica would answer differently. */
export async function* follow(asker: Asker, credentials: Credentials, options: FollowOptions): AsyncGenerator<unknown> {
  const backoff = createBackoff({ baseMs: 200, maxMs: 3_000 });
  let isSaid = false;
  while (!options.signal.aborted) {
    try {
      for await (const data of followOne(asker, credentials, options)) {
        backoff.reset();
        isSaid = false;
        yield data;
      }
    } catch (thrown) {
      if (options.signal.aborted) return;
      const error = toAppError(thrown);
      if (!mayAskElsewhere('query', error)) throw error;
      // Once per loss, however many turns it takes to find the next.
      if (!isSaid) options.onLost(error);
      isSaid = true;
      asker.skip();
      await systemClock.sleep(backoff.next(), options.signal).catch(() => undefined);
    }
  }
}

async function* followOne(asker: Asker, credentials: Credentials, options: FollowOptions): AsyncGenerator<unknown> {
  const target = asker.current();
  const body = await openStream(target, credentials, options);
  body.setTimeout(SILENCE_MS, () => body.destroy(lostContact(target, 'timeout')));
  try {
    for await (const event of serverEvents(body)) {
      if (event.name === 'message') yield JSON.parse(event.data) as unknown;
      if (event.name === 'serialized-error') throw errorOf(event.data);
    }
  } catch (error) {
    throw isAppError(error) ? error : lostContact(target, 'reset', error);
  } finally {
    body.destroy();
  }
  throw lostContact(target, 'reset');
}

const errorOf = (text: string): AppError => {
  const parsed = SerializedErrorSchema.safeParse(JSON.parse(text));
  if (parsed.success) return errorOfProblem(parsed.data.data.problem);
  return new AppError('INTERNAL', { message: 'the replica sent an error in a form this version does not know' });
};
