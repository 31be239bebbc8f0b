import { mkdir } from 'node:fs/promises';
import type { Config } from '@quorate/core/config/schema';
import type { JoinCheck } from '@quorate/core/join/saga';
import { readEnvironment } from '../../config/environment';
import type { ReplicaPaths } from '../../config/paths';
import { systemClock } from '../../kit/clock';
import { resolveHost, toJoinHost } from '../../main/host';
import { describeJoiner } from '../../services/join/join-host';
import { type JoinerState, loadJoinKey, writeJoinerState } from '../../services/join/joiner-state';
import { runPreflight } from '../../services/join/preflight';
import { openSession } from '../../services/join/redeem';
import type { Ticket } from './join-options';

export type JoinCheckInput = {
  readonly config: Config;
  readonly paths: ReplicaPaths;
  readonly state: JoinerState;
  readonly ticket: Ticket;
  readonly isDaemonRunning: boolean;
  /** How long the cluster may take to answer at all. */
  readonly patienceMs: number;
};

/** Beyond the wait for an answer: all checks together take a few seconds. */
const CHECKS_MS = 60_000;

/** Runs the preflight of both sides from this command, before anything is changed. Throws what the cluster refuses outright with. */
export const checkJoin = async (input: JoinCheckInput): Promise<readonly JoinCheck[]> => {
  const { config, paths, state, ticket, patienceMs } = input;
  await mkdir(paths.dataDir, { recursive: true, mode: 0o700 });
  await writeJoinerState(paths.dataDir, { ...state, replaceLocalData: true });
  const signal = AbortSignal.timeout(patienceMs + CHECKS_MS);
  const resolved = await resolveHost(config, { paths, searchPath: readEnvironment().PATH ?? '', peers: [] }, signal);
  const host = toJoinHost(config, paths, resolved);
  const session = await openSession({ clock: systemClock }, { ...ticket, patienceMs }, signal);
  try {
    const joiner = describeJoiner(host, state, await loadJoinKey(paths.dataDir));
    return (await runPreflight({ clock: systemClock }, { session, ticket, joiner, host, isDaemonRunning: input.isDaemonRunning }, signal)).checks;
  } finally {
    session.client.close();
  }
};
