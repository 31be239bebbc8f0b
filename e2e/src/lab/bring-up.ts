/**
 * From whatever the last run left to the wanted number of voters: replicas that were voters resume together, an interrupted join goes on,
 * the rest joins one after the other through the product's own tokens and saga.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Cluster } from '../harness/cluster';
import type { Replica } from '../harness/replica';
import { expectSuccess } from '../harness/run-command';
import type { LabState } from './lab-state';
import type { Progress } from './progress';
import { watchJoin } from './watch-join';

export type BringUp = {
  readonly cluster: Cluster;
  readonly state: LabState;
  readonly progress: Progress;
  readonly save: (state: LabState) => void;
};

/** A joiner that takes longer has a problem that its log tells. */
const JOIN_TIMEOUT_MS = 120_000;
const READY_TIMEOUT_MS = 60_000;

export const bringUp = async (lab: BringUp): Promise<void> => {
  const { cluster, progress } = lab;
  let state = lab.state;
  const becameVoter = (replica: Replica) => {
    state = { ...state, voters: [...new Set([...state.voters, replica.name])] };
    lab.save(state);
  };
  await resume(lab);
  becameVoter(cluster.replica(0));
  for (const joiner of cluster.replicas.filter((replica) => !state.voters.includes(replica.name))) {
    if (!(await continueJoin(lab, joiner))) await join(lab, joiner);
    becameVoter(joiner);
  }
  const names = cluster.replicas.map((replica) => replica.name);
  await cluster.waitVoters(cluster.replica(0), names, READY_TIMEOUT_MS);
  progress.step('', `${names.length === 1 ? 'one voter' : `${names.length} voters`}, all in contact`);
};

/** Starts every replica that has been a voter, all at once: they need each other to form quorum. */
const resume = async ({ cluster, state, progress }: BringUp): Promise<void> => {
  const known = cluster.replicas.filter((replica) => replica === cluster.replica(0) || state.voters.includes(replica.name));
  for (const replica of known) {
    replica.ensureConfig();
    progress.step(replica.name, state.voters.includes(replica.name) ? 'starting with its data' : 'starting as a cluster of its own');
    replica.start();
  }
  await Promise.all(
    known.map(async (replica) => {
      await replica.waitReady({ timeoutMs: READY_TIMEOUT_MS });
      progress.step(replica.name, 'ready, voter');
    }),
  );
};

/** An earlier run was interrupted between join command and voter: the daemon goes on by itself. False when it cannot. */
const continueJoin = async ({ cluster, progress }: BringUp, joiner: Replica): Promise<boolean> => {
  if (!existsSync(joiner.configFile) || !/^\s+mode: "?join/m.test(readFileSync(joiner.configFile, 'utf8'))) return false;
  progress.step(joiner.name, 'an earlier join was interrupted: continuing it');
  joiner.start();
  try {
    await watchJoin(cluster, joiner, { via: cluster.replica(0), say: (text) => progress.step(joiner.name, text), timeoutMs: JOIN_TIMEOUT_MS });
    return true;
  } catch {
    await joiner.stop();
    progress.warn(joiner.name, 'it cannot be continued: joining anew');
    return false;
  }
};

const join = async ({ cluster, progress }: BringUp, joiner: Replica): Promise<void> => {
  const via = cluster.replica(0);
  const minted = await cluster.mint(via, { name: joiner.name });
  progress.step(joiner.name, 'join token minted, checking both sides');
  const command = await cluster.join(joiner, { via, minted, onStdout: lineByLine((line) => sayCheck(line, (text) => progress.step(joiner.name, text))) });
  expectSuccess(`quorated join for ${joiner.name}`, command);
  progress.step(joiner.name, `${command.stdout.match(/^pass /gm)?.length ?? 0} checks passed on both sides, nothing spent so far`);
  joiner.start();
  await watchJoin(cluster, joiner, { via, say: (text) => progress.step(joiner.name, text), timeoutMs: JOIN_TIMEOUT_MS });
};

/** Of the checks only those that are worth a look; their fixes are indented below them. */
const sayCheck = (line: string, say: (text: string) => void): void => {
  if (/^(warn|fail) |^ +fix: /.test(line)) say(line);
};

const lineByLine = (each: (line: string) => void): ((text: string) => void) => {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') each(line.trimEnd());
  };
};
