import { type ClusterStatus, ClusterStatusSchema } from '@quorate/core/api/cluster';
import { type TrackedEnvelope, tracked } from '@trpc/server';
import { z } from 'zod';
import { operatorProcedure } from '../procedures';

/** A client that reconnects says which event it saw last. Nothing is replayed: the first event is always the present state. */
const WatchInputSchema = z.strictObject({ lastEventId: z.string().max(128).nullish() }).optional();

/**
 * The present status at once, then each changed one. Event ids are the observation times. When the listener closes the stream ends
 * with STOPPING, not quietly: a client then reconnects, here or elsewhere, instead of thinking that nothing more will come.
 */
export const watchCluster = operatorProcedure
  .meta({
    rest: {
      method: 'GET',
      path: '/v1/cluster/watch',
      status: 200,
      summary: 'Follow the cluster: its present status at once, then each changed one',
      tag: 'cluster',
      events: ClusterStatusSchema,
    },
  })
  .input(WatchInputSchema)
  .subscription(async function* ({ ctx, signal }): AsyncGenerator<TrackedEnvelope<ClusterStatus>, void, unknown> {
    const stop = new AbortController();
    const end = () => stop.abort();
    const sources = [ctx.closing, ...(signal === undefined ? [] : [signal])];
    for (const source of sources) source.addEventListener('abort', end, { once: true });
    try {
      if (sources.some((source) => source.aborted)) end();
      else for await (const status of ctx.services.cluster.watch(stop.signal)) yield tracked(status.observedAt, ClusterStatusSchema.parse(status));
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    } finally {
      for (const source of sources) source.removeEventListener('abort', end);
      stop.abort();
    }
    if (ctx.closing.aborted) throw ctx.closing.reason;
  });
