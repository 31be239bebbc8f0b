import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@quorate/core/errors/app-error';
import { isErrorCode } from '@quorate/core/errors/codes';
import { restartUnit, unitState } from '../../host/systemd';
import { writeFileAtomic } from '../../kit/atomic-file';
import { writeJoinerState } from '../../services/join/joiner-state';
import type { JoinOptions } from './join-options';
import type { JoinPlan } from './join-plan';
import { clearLastError, readLastError } from './last-error';
import { readLocalState, restartLocalDaemon } from './local-daemon';

const POLL_MS = 300;
/** A daemon that was restarted has this long to come back. */
const SILENCE_MS = 15_000;

/** Writes token and configuration, then lets the daemon go on; follows it to a voter. On failure the former configuration is put back. */
export const applyJoin = async (options: JoinOptions, plan: JoinPlan, say: (line: string) => void): Promise<void> => {
  const { paths } = plan;
  if (plan.ticket.tokenFile === null && plan.ticket.token !== '') await writeFileAtomic(plan.tokenPath, `${plan.ticket.token}\n`);
  // A join that goes on is the daemon's: it may have come further since the sidecar was read.
  if (!plan.resumes) await writeJoinerState(paths.dataDir, { ...plan.state, replaceLocalData: true });
  await writeFileAtomic(plan.configPath, plan.configText);
  await clearLastError(paths.dataDir);
  say(`wrote ${plan.configPath}`);
  if (!options.restart) {
    say(`not restarted, as asked; the join goes on at the next start of quorated`);
    return;
  }
  if (!(await restartDaemon(plan))) {
    say(`no running quorated found; start it and the join goes on:\n  quorated serve --config ${plan.configPath}`);
    return;
  }
  try {
    await follow(plan, say);
  } catch (error) {
    if (plan.formerText !== null) {
      await writeFileAtomic(plan.configPath, plan.formerText);
      say(`put the former ${plan.configPath} back`);
    }
    throw error;
  }
};

/** False when there is nothing to restart. */
const restartDaemon = async (plan: JoinPlan): Promise<boolean> => {
  if ((await unitState()) === 'active') {
    await restartUnit();
    return true;
  }
  if (!plan.isDaemonRunning) return false;
  await restartLocalDaemon(plan.paths.adminSocket);
  return true;
};

/** Prints what the daemon does until it serves as a voter. Throws what it failed with. */
const follow = async (plan: JoinPlan, say: (line: string) => void): Promise<void> => {
  // What the daemon did before this command is not its news.
  let shown = plan.formerLogLines;
  let hasJoined = false;
  let lastHeard = performance.now();
  for (;;) {
    const state = await readLocalState(plan.paths.adminSocket);
    if (state !== null) {
      lastHeard = performance.now();
      if (state.log.length < shown) shown = 0;
      for (const line of state.log.slice(shown)) say(`  ${line}`);
      shown = state.log.length;
      hasJoined ||= state.stage === 'joining';
      if (state.stage === 'serving' && (hasJoined || state.log.includes('promoted to voter'))) return say('this host is a voter of the cluster');
    }
    const failure = await readLastError(plan.paths.dataDir);
    if (failure !== null) throw new AppError(isErrorCode(failure.code) ? failure.code : 'INTERNAL', { message: failure.message, hint: failure.hint });
    if (performance.now() - lastHeard > SILENCE_MS)
      throw new AppError('DAEMON_UNREACHABLE', { message: 'quorated did not come back after its restart', hint: 'Look at its log: "journalctl -u quorated".' });
    await sleep(POLL_MS);
  }
};
