import type { Config } from '@quorate/core/config/schema';
import type { AppError } from '@quorate/core/errors/app-error';
import type { ReplicaPaths } from '../config/paths';
import type { Failpoint } from '../kit/failpoint';
import type { Logger } from '../kit/logger';

/** Everything a run of a replica is given from outside. */
export type RunOptions = {
  readonly config: Config;
  readonly paths: ReplicaPaths;
  readonly logger: Logger;
  /** PATH, for etcd and setpriv. */
  readonly searchPath: string;
  /** Exported dashboard; null when there is none. */
  readonly dashboardDir: string | null;
  readonly failpoint: Failpoint;
  /** Told when a join failed and this host goes on with the data it had before. */
  readonly onJoinFailed: (error: AppError) => Promise<void>;
  /** Aborts when this run shall end politely. */
  readonly stop: AbortSignal;
};
