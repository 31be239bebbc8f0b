import { z } from 'zod';
import { requestJson } from '../../kit/http-json';

const LocalStateSchema = z.object({
  pid: z.number(),
  stage: z.enum(['starting', 'joining', 'serving', 'stopping', 'failed']),
  memberName: z.string(),
  dataDir: z.string(),
  log: z.array(z.string()),
  error: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
});
export type LocalDaemonState = z.infer<typeof LocalStateSchema>;

/** What the daemon on this host says of itself; null when none answers on the admin socket. */
export const readLocalState = async (socketPath: string): Promise<LocalDaemonState | null> => {
  const response = await requestJson({ method: 'GET', url: 'http://localhost/local/state', socketPath, timeoutMs: 2_000 }).catch(() => null);
  const parsed = LocalStateSchema.safeParse(response?.json);
  return parsed.success ? parsed.data : null;
};

/** Asks the daemon to start over with the configuration as it is now. Throws DAEMON_UNREACHABLE. */
export const restartLocalDaemon = async (socketPath: string): Promise<void> => {
  await requestJson({ method: 'POST', url: 'http://localhost/local/restart', socketPath, timeoutMs: 5_000 });
};
