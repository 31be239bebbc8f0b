import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type AppError, errorChain, toAppError } from '@quorate/core/errors/app-error';
import { errorRow } from '@quorate/core/errors/codes';
import { Command } from 'commander';
import { readEnvironment } from '../../config/environment';
import { resolvePaths } from '../../config/paths';
import { redactConfig } from '../../config/redact-config';
import { createFailpoint } from '../../kit/failpoint';
import { createLogger } from '../../kit/logger';
import { runReplica } from '../../main/run-replica';
import { writeLastError } from './last-error';
import { type ConfigOptions, loadFrom, withConfigOptions } from './options';
import { describeError, runCommand } from './print-error';

export const serveCommand = (): Command =>
  withConfigOptions(new Command('serve').description('Run this replica in the foreground; SIGTERM ends it politely, a second one at once.')).action(
    (options: ConfigOptions) => runCommand(() => serve(options)),
  );

/** Runs the replica; a restart (after `quorated join`) reads the configuration anew within the same process. */
const serve = async (options: ConfigOptions): Promise<void> => {
  const stop = new AbortController();
  listenForSignals(stop);
  for (;;) {
    const { config, file } = await loadFrom(options);
    const env = readEnvironment();
    const paths = resolvePaths(config);
    const logger = createLogger({ level: config.log.level });
    logger.info({ file, config: redactConfig(config) }, 'starting');
    const onJoinFailed = async (error: AppError): Promise<void> => {
      logger.error({ code: error.code, chain: errorChain(error), hint: error.hint }, 'the join failed; this host goes on with the data it had');
      await writeLastError(paths.dataDir, error);
    };
    try {
      const run = {
        config,
        paths,
        logger,
        searchPath: env.PATH ?? '',
        dashboardDir: findDashboard(),
        failpoint: createFailpoint(env.QUORATE_FAILPOINT ?? null),
        onJoinFailed,
        stop: stop.signal,
      };
      const end = await runReplica(run);
      logger.info({ end }, 'stopped');
      if (end === 'stopped') return;
    } catch (error) {
      await failRun(toAppError(error), paths.dataDir, logger);
      return;
    }
  }
};

/** The one place that logs why a run ended; the terminal gets the same in words. */
const failRun = async (failure: AppError, dataDir: string, logger: ReturnType<typeof createLogger>): Promise<void> => {
  logger.error({ code: failure.code, chain: errorChain(failure), hint: failure.hint, data: failure.data }, 'this replica cannot run');
  // Whoever holds the lock is well: the file is about that one.
  if (failure.code !== 'DATA_DIR_LOCKED') await writeLastError(dataDir, failure);
  process.stderr.write(describeError(failure));
  process.exitCode = errorRow(failure.code).exit;
};

/** Signals closer together than this are one. */
const ECHO_MS = 500;

const listenForSignals = (stop: AbortController): void => {
  let stoppedAtMs = 0;
  const onSignal = () => {
    if (!stop.signal.aborted) {
      stoppedAtMs = performance.now();
      stop.abort();
      return;
    }
    // A second signal does not wait: etcd goes with this process (parent-death signal) or is ended by the next start. One that comes at
    // once is the first one's echo: whoever signals a process group may reach us twice.
    if (performance.now() - stoppedAtMs > ECHO_MS) process.exit(1);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
};

/** The exported dashboard: beside the executable where it is installed, in the workspace where it is built. */
const findDashboard = (): string | null => {
  const candidates = ['./web', '../../web/out'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return candidates.find((path) => existsSync(path)) ?? null;
};
