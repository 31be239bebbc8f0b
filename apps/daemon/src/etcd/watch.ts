/**
 * Watching a prefix without gaps and without repeats, over any number of lost connections.
 *
 * The one rule that everything here serves: `next` is the first revision not delivered yet. It moves only behind events that
 * were handed to the consumer, behind etcd's promise that there were none ("progress"), and, for a watch that starts now,
 * to where etcd says that now is. It never moves because a stream answered: the answer to "created" carries the present
 * revision while the history before it is still to come.
 */
import { AppError } from '@quorate/core/errors/app-error';
import { createBackoff } from '../kit/backoff';
import { systemClock } from '../kit/clock';
import type { EtcdClient, WatchBatch, WatchEvent } from './api';
import { etcdError, isTransient } from './errors';
import { type Event, Event_EventType } from './gen/kv_pb';
import { Watch, type WatchResponse } from './gen/rpc_pb';
import { prefixRange } from './key-range';
import { toKeyValue } from './kv';
import type { Transport } from './transport';

/** etcd answers "created" at once; a stream without it by then is as good as lost. */
const CREATED_WITHIN_MS = 5_000;

/** gRPC status of a watch that etcd cancelled with a reason in words. */
const FAILED_PRECONDITION = 9;

type Cursor = { next: bigint | null };
type WatchOptions = Parameters<EtcdClient['watch']>[0];

export const createWatch = (deps: { readonly transport: Pick<Transport, 'stream'> }): EtcdClient['watch'] =>
  async function* watch(options) {
    const cursor: Cursor = { next: options.fromRevision ?? null };
    const backoff = createBackoff({ baseMs: 20, maxMs: 500 });
    while (!options.signal.aborted) {
      try {
        for await (const batch of watchOnce(deps.transport, options, cursor)) {
          backoff.reset();
          yield batch;
        }
      } catch (error) {
        if (options.signal.aborted) return;
        if (!isTransient(error)) throw error;
      }
      await systemClock.sleep(backoff.next(), options.signal).catch(() => undefined);
    }
  };

/** One stream, until it breaks. Moves the cursor before it hands a batch out, so that the next stream goes on behind it. */
async function* watchOnce(transport: Pick<Transport, 'stream'>, options: WatchOptions, cursor: Cursor): AsyncGenerator<WatchBatch> {
  const stream = transport.stream(Watch.method.watch, { signal: options.signal, effect: 'read', requireLeader: true });
  // Cancelling makes the iteration below fail; the caller then opens another stream.
  const created = setTimeout(stream.cancel, CREATED_WITHIN_MS);
  let fragments: Event[] = [];
  try {
    stream.send({
      requestUnion: {
        case: 'createRequest',
        value: { ...prefixRange(options.prefix), startRevision: cursor.next ?? 0n, progressNotify: true, fragment: true },
      },
    });
    for await (const response of stream.messages) {
      if (response.canceled) throw canceledError(response);
      if (response.created) {
        clearTimeout(created);
        cursor.next ??= revisionOf(response) + 1n;
        continue;
      }
      fragments = fragments.concat(response.events);
      // The rest of these events is under way; a connection that breaks before it is complete delivers them all again.
      if (response.fragment) continue;
      const revision = revisionOf(response);
      const last = fragments.at(-1)?.kv?.modRevision;
      const events = undelivered(fragments, cursor);
      fragments = [];
      // Without events it is etcd's promise that nothing up to this revision is still to come.
      advance(cursor, last ?? revision);
      if (events.length > 0) yield { revision, events };
    }
  } finally {
    clearTimeout(created);
    stream.cancel();
  }
}

const undelivered = (events: readonly Event[], cursor: Cursor): WatchEvent[] =>
  events.flatMap((event): WatchEvent[] => {
    if (!event.kv || event.kv.modRevision < (cursor.next ?? 0n)) return [];
    return [{ kind: event.type === Event_EventType.DELETE ? 'delete' : 'put', kv: toKeyValue(event.kv) }];
  });

const advance = (cursor: Cursor, delivered: bigint): void => {
  if (cursor.next === null || delivered >= cursor.next) cursor.next = delivered + 1n;
};

const revisionOf = (response: WatchResponse): bigint => response.header?.revision ?? 0n;

const canceledError = (response: WatchResponse): AppError => {
  if (response.compactRevision > 0n)
    return new AppError('TIMEOUT', {
      message: 'the history that the watch asked for is compacted',
      data: { etcd: 'compacted', outcome: 'not-applied', compactRevision: String(response.compactRevision) },
    });
  return etcdError({ status: FAILED_PRECONDITION, details: response.cancelReason, method: 'Watch', effect: 'read' });
};
