import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, ConfigSchema } from '@quorate/core/config/schema';
import { type AppError, toAppError } from '@quorate/core/errors/app-error';
import { resolvePaths } from '../../config/paths';
import { testPath } from '../../etcd/testing/etcd-binary';
import type { Failpoint } from '../../kit/failpoint';
import { requestJson } from '../../kit/http-json';
import { silentLogger } from '../../kit/logger';
import type { RunOptions } from '../run-options';
import { type RunEnd, runReplica } from '../run-replica';

/** What a test changes of the configuration; `replica` belongs to the replica listener. */
type Input = { readonly etcd?: object; readonly membership?: object; readonly cluster_join?: object; readonly replica?: object };
export type LocalState = { readonly stage: string; readonly log: readonly string[]; readonly error: { readonly code: string } | null; readonly pid: number };

/** Far more than a start or a join takes on two busy cores. */
const START_MS = 30_000;
const POLL_MS = 30;

/** A run of a replica within this process; ends with an error as its value, so that none is left unhandled. */
export type Run = {
  readonly end: Promise<RunEnd | AppError>;
  readonly stop: () => Promise<RunEnd | AppError>;
  /** Why joins failed from which this host went back to its own data. */
  readonly joinFailures: readonly AppError[];
};

export type LocalReplica = {
  readonly address: string;
  readonly dataDir: string;
  readonly config: (part?: Input) => Config;
  readonly start: (part?: Input, options?: Partial<Pick<RunOptions, 'failpoint'>>) => Run;
  /** Starts and waits until it serves. */
  readonly serve: (part?: Input, options?: { readonly failpoint?: Failpoint }) => Promise<Run>;
  readonly state: () => Promise<LocalState | null>;
  /** A call through the admin socket; resolves to the JSON answer. */
  readonly admin: (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<{ status: number; json: unknown }>;
  /** The result of a tRPC call through the admin socket. Throws what it was refused with. */
  readonly call: (kind: 'query' | 'mutation', procedure: string, input?: unknown) => Promise<unknown>;
  /** Stops what runs and removes the data. */
  readonly remove: () => Promise<void>;
};

/** A replica on an address of its own, with the default ports, that runs in this process. */
export const createLocalReplica = async (address: string, name: string): Promise<LocalReplica> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'quorate-run-'));
  const runs = new Set<Run>();

  const config = ({ etcd, replica, ...part }: Input = {}): Config =>
    ConfigSchema.parse({
      data_dir: dataDir,
      ...part,
      etcd: { name, peer_url: `https://${address}:2380`, client_url: `https://${address}:2379`, ...etcd },
      listeners: {
        public: { address: `${address}:8080`, tls: 'off' },
        replica: { address: `${address}:8443`, ...replica },
        admin_socket: { path: join(dataDir, 's') },
      },
    });

  const start: LocalReplica['start'] = (part = {}, options = {}) => {
    const stopping = new AbortController();
    const joinFailures: AppError[] = [];
    const parsed = config(part);
    const end = runReplica({
      config: parsed,
      paths: resolvePaths(parsed),
      logger: silentLogger,
      searchPath: testPath(),
      dashboardDir: null,
      failpoint: () => undefined,
      onJoinFailed: async (error) => void joinFailures.push(error),
      ...options,
      stop: stopping.signal,
    }).catch(toAppError);
    const run: Run = {
      end,
      joinFailures,
      stop: () => {
        stopping.abort();
        return end;
      },
    };
    runs.add(run);
    void end.then(() => runs.delete(run));
    return run;
  };

  const admin: LocalReplica['admin'] = async (method, path, body) => {
    const { status, json } = await requestJson({ method, url: `http://localhost${path}`, socketPath: join(dataDir, 's'), body, timeoutMs: 10_000 });
    return { status, json };
  };
  const state = async (): Promise<LocalState | null> => {
    const answer = await admin('GET', '/local/state').catch(() => null);
    return (answer?.json as LocalState | undefined) ?? null;
  };

  return {
    address,
    dataDir,
    config,
    start,
    state,
    admin,
    serve: async (part, options) => {
      const run = start(part, options);
      let ended: unknown = null;
      void run.end.then((end) => {
        ended = end;
      });
      const deadline = performance.now() + START_MS;
      while ((await state())?.stage !== 'serving') {
        if (ended !== null) throw new Error(`${name} ended instead of serving`, { cause: ended });
        if (performance.now() > deadline) throw new Error(`${name} does not serve after ${START_MS} ms`);
        await sleep(POLL_MS);
      }
      return run;
    },
    call: async (kind, procedure, input) => {
      const query = kind === 'query' ? `?input=${encodeURIComponent(JSON.stringify(input ?? {}))}` : '';
      const { json } = await admin(kind === 'query' ? 'GET' : 'POST', `/trpc/${procedure}${query}`, kind === 'query' ? undefined : (input ?? {}));
      const answer = json as { result?: { data: unknown }; error?: { message: string } };
      if (answer.result === undefined) throw new Error(`${procedure} was refused: ${JSON.stringify(answer.error)}`);
      return answer.result.data;
    },
    remove: async () => {
      for (const run of [...runs]) await run.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
