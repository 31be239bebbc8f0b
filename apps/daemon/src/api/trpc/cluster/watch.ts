import { type ClusterStatus, ClusterStatusSchema } from '@quorate/core/api/cluster';
import { tracked, type TrackedEnvelope } from '@trpc/server';
import { z } from 'zod';
import { operatorProcedure } from '../procedures';

/** A client that reconnects says which event it saw last. Nothing is replayed: the first event is always the present state. */
const WatchInputSchema = z.strictObject({ lastEventId: z.string().max(128).nullish() }).optional();

/** The present status at once, then each changed one. Event ids are the observation times. */
export const watchCluster = operatorProcedure
  .meta({
    rest: {
      method: 'GET',
      path: '/v1/cluster/watch',
      status: 200,
      summary: 'Follow the cluster: its present status at once, then each changed one',
      tag: 'cluster',
    },
  })
  .input(WatchInputSchema)
  .subscription(async function* ({ ctx, signal }): AsyncGenerator<TrackedEnvelope<ClusterStatus>, void, unknown> {
    const stop = new AbortController();
    const end = () => stop.abort();
    for (const source of [signal, ctx.closing]) {
      if (source?.aborted) return;
      source?.addEventListener('abort', end, { once: true });
    }
    try {
      for await (const status of ctx.services.cluster.watch(stop.signal)) yield tracked(status.observedAt, ClusterStatusSchema.parse(status));
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    } finally {
      stop.abort();
      for (const source of [signal, ctx.closing]) source?.removeEventListener('abort', end);
    }
  });
