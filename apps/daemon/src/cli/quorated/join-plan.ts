import { hostname } from 'node:os';
import { join as joinPath, resolve } from 'node:path';
import { parseDurationMs } from '@quorate/core/config/duration';
import type { JoinCheck } from '@quorate/core/join/saga';
import { editConfigForJoin } from '../../config/edit-config-for-join';
import { type ReplicaPaths, resolvePaths } from '../../config/paths';
import { readFileIfExists } from '../../kit/atomic-file';
import { systemClock } from '../../kit/clock';
import { normalizeFingerprint } from '../../pki/fingerprint';
import { releaseReservation } from '../../services/join/join-host';
import { type JoinerState, newJoinerState, removeJoinerState } from '../../services/join/joiner-state';
import { checkJoin } from './join-check';
import { loadConfigText } from './join-config';
import { readEarlierJoin, refuseLocalData } from './join-local-data';
import type { JoinOptions, Ticket } from './join-options';
import { readGivenToken } from './join-token';
import { readLocalState } from './local-daemon';
import { configPathOf } from './options';

const DEFAULT_PATIENCE_MS = 30_000;

export type JoinPlan = {
  readonly configPath: string;
  /** The configuration file as it will be. */
  readonly configText: string;
  /** The one that is there now; null when there is none. */
  readonly formerText: string | null;
  readonly paths: ReplicaPaths;
  readonly ticket: Ticket;
  /** Where the daemon will find the token. */
  readonly tokenPath: string;
  readonly state: JoinerState;
  /** True when an earlier run got past the checks: there is nothing to check again. */
  readonly resumes: boolean;
  readonly isDaemonRunning: boolean;
  /** Lines that the running daemon had reported before. */
  readonly formerLogLines: number;
  readonly check: () => Promise<readonly JoinCheck[]>;
  /** Forgets a join that was only looked at, here and in the cluster. */
  readonly abandon: () => Promise<void>;
};

/** Gathers everything a join needs, and refuses what cannot work, before anything is asked of the cluster. */
export const prepareJoin = async (options: JoinOptions, given: Omit<Ticket, 'token'> & { token: string | null }): Promise<JoinPlan> => {
  const configPath = configPathOf(options);
  const formerText = await readFileIfExists(configPath);
  const caFingerprint = normalizeFingerprint(given.caFingerprint);
  const name = options.name ?? hostname().split('.')[0] ?? '';
  const base = {
    name,
    cpUrl: given.urls.join(','),
    caFingerprint,
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
    ...(given.clusterToken === undefined ? {} : { clusterToken: given.clusterToken }),
  };
  const first = await loadConfigText(
    options,
    configPath,
    editConfigForJoin(formerText ?? '', { ...base, tokenPath: given.tokenFile ?? 'pending' }, configPath),
  );
  const paths = resolvePaths(first);
  const tokenPath = given.token === null ? (given.tokenFile ?? '') : resolve(options.tokenDest ?? joinPath(paths.dataDir, 'cluster-join-token'));
  const configText = editConfigForJoin(formerText ?? '', { ...base, tokenPath }, configPath);
  const config = await loadConfigText(options, configPath, configText);
  const local = await readLocalState(paths.adminSocket);
  const found = await readEarlierJoin(paths, local !== null);
  const resumes = found !== null && found.phase !== 'requested';
  if (!resumes) await refuseLocalData(paths, options);
  const token = resumes && given.token === null ? ((await readFileIfExists(tokenPath)) ?? '') : await readGivenToken(given);
  const state = found !== null && found.name === name ? found : newJoinerState(name, true);
  const ticket: Ticket = { urls: given.urls, caFingerprint, token, tokenFile: given.tokenFile };
  return {
    configPath,
    configText,
    formerText,
    paths,
    ticket,
    tokenPath,
    state,
    resumes,
    isDaemonRunning: local !== null,
    formerLogLines: local?.log.length ?? 0,
    check: () =>
      checkJoin({ config, paths, state, ticket, isDaemonRunning: local !== null, patienceMs: parseDurationMs(options.timeout ?? '') ?? DEFAULT_PATIENCE_MS }),
    abandon: async () => {
      // A sidecar that was there before belongs to a join that was asked for: it stays.
      if (found !== null) return;
      await releaseReservation(
        { clock: systemClock },
        { dataDir: paths.dataDir, request: { urls: given.urls, caFingerprint, token: { text: token }, patienceMs: 0 } },
      );
      await removeJoinerState(paths.dataDir);
    },
  };
};
