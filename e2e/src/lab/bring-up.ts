/**
 * From whatever the last run left to the wanted number of voters: replicas that hold the data of a member go on together, an interrupted
 * join goes on, the rest joins one after the other through the product's own tokens and saga.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Cluster } from '../harness/cluster';
import type { Replica } from '../harness/replica';
import { expectSuccess } from '../harness/run-command';
import { hasMemberData } from './lab-state';
import type { Progress } from './progress';
import { watchJoin } from './watch-join';

export type BringUp = { readonly cluster: Cluster; readonly progress: Progress };

/** A joiner that takes longer has a problem that its log tells. */
const JOIN_TIMEOUT_MS = 120_000;
const READY_TIMEOUT_MS = 60_000;

export const bringUp = async (lab: BringUp): Promise<void> => {
  const { cluster, progress } = lab;
  const serving = await resume(lab);
  for (const joiner of cluster.replicas.filter((replica) => !serving.includes(replica))) {
    if (!(await continueJoin(lab, joiner))) await join(lab, joiner);
  }
  const names = cluster.replicas.map((replica) => replica.name);
  await cluster.waitVoters(cluster.replica(0), names, READY_TIMEOUT_MS);
  progress.step('', `${names.length === 1 ? 'one voter' : `${names.length} voters`}, all in contact`);
};

/** Starts the first replica and every other that is a member by its data, all at once: they need each other to form quorum. */
const resume = async ({ cluster, progress }: BringUp): Promise<readonly Replica[]> => {
  const [first, ...others] = cluster.replicas;
  if (!first) return [];
  const known = [first, ...others.filter((replica) => hasMemberData(replica.dir))];
  for (const replica of known) {
    replica.ensureConfig();
    progress.step(replica.name, hasMemberData(replica.dir) ? 'starting with its data' : 'starting as a cluster of its own');
    replica.start();
  }
  const ready = known.map(async (replica) => {
    await replica.waitReady({ timeoutMs: READY_TIMEOUT_MS });
    progress.step(replica.name, 'ready, voter');
    return replica;
  });
  const [firstReady, ...othersReady] = await Promise.allSettled(ready);
  if (firstReady?.status === 'rejected') throw firstReady.reason;
  return [first, ...othersReady.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))];
};

/** An earlier run was interrupted between join command and first data: the daemon goes on by itself. False when it cannot. */
const continueJoin = async ({ cluster, progress }: BringUp, joiner: Replica): Promise<boolean> => {
  if (hasMemberData(joiner.dir) || !isToldToJoin(joiner)) return false;
  progress.step(joiner.name, 'an earlier join was interrupted: continuing it');
  joiner.start();
  try {
    await watchJoin(cluster, joiner, { via: cluster.replica(0), say: (text) => progress.step(joiner.name, text), timeoutMs: JOIN_TIMEOUT_MS });
    return true;
  } catch {
    return false;
  }
};

const isToldToJoin = (replica: Replica): boolean => existsSync(replica.configFile) && /^\s+mode: "?join/m.test(readFileSync(replica.configFile, 'utf8'));

const join = async ({ cluster, progress }: BringUp, joiner: Replica): Promise<void> => {
  const via = cluster.replica(0);
  const hasData = hasMemberData(joiner.dir);
  if (hasData || isToldToJoin(joiner)) progress.warn(joiner.name, 'it cannot go on with what it holds: joining anew, its data is set aside');
  await joiner.stop();
  const minted = await cluster.mint(via, { name: joiner.name });
  progress.step(joiner.name, 'join token minted, checking both sides');
  const onStdout = lineByLine((line) => sayCheck(line, (text) => progress.step(joiner.name, text)));
  const command = await cluster.join(joiner, { via, minted, onStdout, extraArgs: hasData ? ['--force'] : [] });
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
