import { hostname } from 'node:os';
import { join as joinPath } from 'node:path';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { AppError } from '@quorate/core/errors/app-error';
import type { Config } from '@quorate/core/config/schema';
import { parseDurationMs } from '@quorate/core/config/duration';
import { parseJoinToken } from '@quorate/core/join/token';
import type { JoinCheck } from '@quorate/core/join/saga';
import { editConfigForJoin } from '../../config/edit-config-for-join';
import { readEnvironment } from '../../config/environment';
import { loadConfig } from '../../config/load-config';
import { type ReplicaPaths, resolvePaths } from '../../config/paths';
import { systemClock } from '../../kit/clock';
import { readFileIfExists } from '../../kit/atomic-file';
import { resolveHost, toJoinHost } from '../../main/host';
import { describeJoiner, type JoinHost } from '../../services/join/join-host';
import { type JoinerState, loadJoinKey, newJoinerState, readJoinerState, removeJoinerState, writeJoinerState } from '../../services/join/joiner-state';
import { runPreflight } from '../../services/join/preflight';
import { openSession } from '../../services/join/redeem';
import { readMemberCache } from '../../services/health/member-cache';
import { readIdentity } from '../../services/supervisor/identity';
import { normalizeFingerprint } from '../../pki/fingerprint';
import type { JoinOptions, Ticket } from './join';
import { readLocalState } from './local-daemon';
import { configPathOf } from './options';

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
  readonly check: () => Promise<readonly JoinCheck[]>;
  /** Forgets a join that was only looked at. */
  readonly abandon: () => Promise<void>;
};

/** Gathers everything a join needs, and refuses what cannot work, before anything is asked of the cluster. */
export const prepareJoin = async (options: JoinOptions, given: Omit<Ticket, 'token'> & { token: string | null }): Promise<JoinPlan> => {
  const configPath = configPathOf(options);
  const formerText = await readFileIfExists(configPath);
  const caFingerprint = normalizeFingerprint(given.caFingerprint);
  const name = options.name ?? hostname().split('.')[0] ?? '';
  const base = { name, cpUrl: given.urls.join(','), caFingerprint, ...(options.timeout === undefined ? {} : { timeout: options.timeout }) };
  const first = await loadText(options, configPath, editConfigForJoin(formerText ?? '', { ...base, tokenPath: given.tokenFile ?? 'pending' }, configPath));
  const paths = resolvePaths(first);
  const tokenPath = given.token === null ? (given.tokenFile ?? '') : (options.tokenDest ?? joinPath(paths.dataDir, 'cluster-join-token'));
  const configText = editConfigForJoin(formerText ?? '', { ...base, tokenPath }, configPath);
  const config = await loadText(options, configPath, configText);
  const found = await readJoinerState(paths.dataDir);
  const resumes = found !== null && found.phase !== 'requested';
  const local = await readLocalState(paths.adminSocket);
  if (!resumes) await refuseLocalData(paths, options);
  const token = resumes && given.token === null ? ((await readFileIfExists(tokenPath)) ?? '') : await readToken(given);
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
    check: async () => {
      await mkdir(paths.dataDir, { recursive: true, mode: 0o700 });
      await writeJoinerState(paths.dataDir, { ...state, replaceLocalData: true });
      const patienceMs = parseDurationMs(options.timeout ?? '') ?? config.cluster_join?.timeout ?? 30_000;
      const signal = AbortSignal.timeout(patienceMs + 60_000);
      const host = await hostOf(config, paths, signal);
      const session = await openSession({ clock: systemClock }, ticket, patienceMs, signal);
      try {
        const joiner = describeJoiner(host, state, await loadJoinKey(paths.dataDir));
        return (await runPreflight({ clock: systemClock }, { session, ticket, joiner, host, isDaemonRunning: local !== null }, signal)).checks;
      } finally {
        session.client.close();
      }
    },
    abandon: () => removeJoinerState(paths.dataDir),
  };
};

const hostOf = async (config: Config, paths: ReplicaPaths, signal: AbortSignal): Promise<JoinHost> => {
  const host = await resolveHost(config, { paths, searchPath: readEnvironment().PATH ?? '', peers: [] }, signal);
  return toJoinHost(config, paths, host);
};

/** A host that belongs to a cluster of several members is not taken from it by accident. */
const refuseLocalData = async (paths: ReplicaPaths, options: JoinOptions): Promise<void> => {
  const identity = await readIdentity(paths.dataDir);
  if (identity === null || options.force) return;
  const others = (await readMemberCache(paths.dataDir)).filter((member) => member.name !== identity.memberName);
  if (others.length === 0) return;
  throw new AppError('JOIN_LOCAL_DATA', {
    message: `this host is ${identity.memberName} of cluster ${identity.clusterId}, together with ${others.map((member) => member.name || member.id).join(', ')}`,
    data: { clusterId: identity.clusterId, memberName: identity.memberName },
  });
};

/** The token, mistyped ones found here already. */
const readToken = async (given: { token: string | null; tokenFile: string | null }): Promise<string> => {
  const text = given.token ?? (await readFile(given.tokenFile ?? '', 'utf8').catch((error: unknown) => {
    throw new AppError('JOIN_TOKEN_INVALID', { message: `cannot read the token file ${given.tokenFile}`, cause: error });
  }));
  const parsed = parseJoinToken(text);
  if (parsed.ok) return parsed.plaintext;
  throw new AppError('JOIN_TOKEN_INVALID', {
    message: parsed.reason === 'mistyped' ? 'the join token is mistyped: its checksum does not fit' : 'this is not a join token: it does not have the form qrt_join_…',
    hint: 'Copy it again as a whole; a new one: "quorate cluster join-token create".',
  });
};

/** Checks a text as if it were the file already. */
const loadText = async (options: JoinOptions, configPath: string, text: string): Promise<Config> => {
  const trial = `${configPath}.trial-${process.pid}`;
  await mkdir(joinPath(configPath, '..'), { recursive: true });
  await writeFile(trial, text, { mode: 0o600 });
  try {
    return (await loadConfig({ path: trial, explicitPath: true, env: readEnvironment(), flags: flagsOf(options) })).config;
  } finally {
    await rm(trial, { force: true });
  }
};

const flagsOf = (options: JoinOptions): Record<string, string> => Object.fromEntries((options.set ?? []).map((set) => [set.slice(0, set.indexOf('=')), set.slice(set.indexOf('=') + 1)]));
