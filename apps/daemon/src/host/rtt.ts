import { AppError } from '@quorate/core/errors/app-error';
import { percentile } from './percentile';
import { probeTcp } from './tcp';

export type RttMeasurement = { readonly p50Ms: number; readonly maxMs: number; readonly samples: number };

/**
 * Round trips to a TCP port: the time each of `samples` (default 5) connections takes, one after the other. Throws
 * DAEMON_UNREACHABLE (data.reason) when one fails or takes more than `timeoutMs` (default 2,000); rejects with `signal.reason`.
 */
export const measureTcpRtt = async (target: {
  readonly host: string;
  readonly port: number;
  readonly samples?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}): Promise<RttMeasurement> => {
  const { samples = 5, timeoutMs = 2_000 } = target;
  const took: number[] = [];
  for (let i = 0; i < samples; i += 1) {
    const outcome = await probeTcp({ ...target, timeoutMs, readBytes: 0 });
    if (!outcome.ok)
      throw new AppError('DAEMON_UNREACHABLE', {
        message: `cannot connect to ${target.host}:${target.port} (${outcome.reason})`,
        data: { reason: outcome.reason, host: target.host, port: target.port },
      });
    took.push(outcome.rttMs);
  }
  return { p50Ms: percentile(took, 0.5), maxMs: Math.max(0, ...took), samples };
};
