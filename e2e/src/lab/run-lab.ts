/**
 * The lab: a cluster of real replicas on this machine for as long as this process lives. Owns the life of the replicas between bring-up
 * and Ctrl-C; replicas stop politely also when this process is killed (the kernel tells them).
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasWholeLoopback } from '../harness/addresses';
import { type Cluster, createCluster } from '../harness/cluster';
import { repoRoot } from '../harness/paths';
import { describeExit } from '../harness/replica-process';
import { bringUp } from './bring-up';
import { DEFAULT_REPLICAS, evenAdvice, type LabOptions, MOST_REPLICAS } from './lab-options';
import { LabRefusal } from './lab-refusal';
import { countReplicas, type LabState, lockLab, readLabState, unlockLab, writeLabState } from './lab-state';
import { takenPorts } from './port-holder';
import { createProgress, type Progress } from './progress';
import { labSummary } from './summary';

/** Runs until Ctrl-C. Resolves with the exit status. */
export const runLab = async (options: LabOptions): Promise<number> => {
  const dir = path.join(repoRoot(), '.quorate/lab');
  const progress = createProgress((text) => process.stdout.write(text), { color: process.stdout.isTTY === true });
  const holder = lockLab(dir);
  if (holder !== null) throw new LabRefusal(`another lab runs already (pid ${holder}). Use that one, or stop it with Ctrl-C there or "kill ${holder}".`);
  try {
    const state = planState(options, dir);
    const cluster = await createCluster({ dir, count: state.wanted, block: 0, wholeLoopback: await hasWholeLoopback(), resume: true, deathSignal: 'SIGTERM' });
    await refuseTakenPorts(cluster, progress);
    return await live({ cluster, state, dir, progress });
  } finally {
    unlockLab(dir);
  }
};

/** Reads what the last run left and what is wanted now; refuses to shrink. */
const planState = (options: LabOptions, dir: string): LabState => {
  if (options.fresh)
    for (const what of ['lab.json', ...Array.from({ length: MOST_REPLICAS }, (_, index) => `quorate-${index}`)])
      rmSync(path.join(dir, what), { recursive: true, force: true });
  const has = countReplicas(dir, MOST_REPLICAS);
  const wanted = options.replicas ?? readLabState(dir)?.wanted ?? DEFAULT_REPLICAS;
  if (wanted < has) {
    throw new LabRefusal(
      `the lab has ${has} replicas, ${wanted} are fewer. Start it with --replicas ${has}, or from nothing with --fresh --replicas ${wanted}.`,
    );
  }
  const state: LabState = { v: 1, wanted };
  writeLabState(dir, state);
  return state;
};

/** Replicas of a lab that was killed still stop politely for a while; others keep their ports. */
const PORTS_PATIENCE_MS = 10_000;

const refuseTakenPorts = async (cluster: Cluster, progress: Progress): Promise<void> => {
  const addresses = cluster.replicas.map((replica) => replica.address);
  let taken = await takenPorts(addresses);
  if (taken.length > 0) progress.say('The addresses of the lab are in use: waiting for whoever holds them to stop.');
  for (const deadline = performance.now() + PORTS_PATIENCE_MS; taken.length > 0 && performance.now() < deadline; taken = await takenPorts(addresses))
    await sleep(500);
  if (taken.length === 0) return;
  throw new LabRefusal(
    `the lab needs addresses that are in use:\n${taken.map((one) => `  ${one.where} (${one.what}): ${one.holder}`).join('\n')}\nStop what holds them and start again.`,
  );
};

type Life = { readonly cluster: Cluster; readonly state: LabState; readonly dir: string; readonly progress: Progress };

const live = async ({ cluster, state, dir, progress }: Life): Promise<number> => {
  const stopping = onStopSignals(progress, cluster);
  const advice = evenAdvice(state.wanted);
  progress.say(
    `Quorate lab: ${state.wanted} ${state.wanted === 1 ? 'replica' : 'replicas'} in ${path.relative(process.cwd(), dir) || dir}${advice ? `\n${advice}` : ''}\n`,
  );
  const up = bringUp({ cluster, progress }).then(async () => {
    const status = await cluster.status(cluster.replica(0));
    progress.say(labSummary(cluster, { status, seconds: progress.elapsedSeconds() }));
  });
  const failure = await Promise.race([up, stopping.requested]).then(
    () => null,
    (error: unknown) => error,
  );
  if (failure === null && !stopping.isRequested()) {
    const keyboard = startKeyboard(cluster, progress, stopping.isRequested);
    await stopping.requested;
    keyboard.close();
  } else {
    up.catch(() => {});
    if (!stopping.isRequested()) progress.say(describeFailure(failure, cluster));
  }
  await stopInOrder(cluster, progress);
  return failure === null ? 0 : 1;
};

const describeFailure = (failure: unknown, cluster: Cluster): string => {
  const logs = cluster.replicas.map((replica) => `  ${path.relative(process.cwd(), replica.logFile)}`).join('\n');
  return `\nThe lab did not come up: ${failure instanceof Error ? failure.message : String(failure)}\nThe logs are in\n${logs}`;
};

/** First signal: resolves `requested`. Second signal: kills everything and exits. */
const onStopSignals = (progress: Progress, cluster: Cluster): { readonly requested: Promise<void>; readonly isRequested: () => boolean } => {
  let isRequested = false;
  const requested = new Promise<void>((resolve) => {
    const onSignal = () => {
      if (isRequested) {
        progress.say('stopping at once');
        void stopAtOnce(cluster).then(() => process.exit(1));
        return;
      }
      isRequested = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
  return { requested, isRequested: () => isRequested };
};

const stopAtOnce = async (cluster: Cluster): Promise<void> => {
  await Promise.all(cluster.replicas.map((replica) => replica.killAll()));
  await cluster.close({ keepFiles: true });
  unlockLab(cluster.dir);
};

/** Newest first, one after the other; the last one needs no one to hand its leadership to. */
const stopInOrder = async (cluster: Cluster, progress: Progress): Promise<void> => {
  const running = cluster.replicas.filter((replica) => replica.isRunning()).reverse();
  progress.say(`\nStopping ${running.length} ${running.length === 1 ? 'replica' : 'replicas'} (Ctrl-C again stops at once)`);
  for (const replica of running) progress.step(replica.name, `stopped (${describeExit(await replica.stop())})`);
  await cluster.close({ keepFiles: true });
  progress.say('Everything is stopped; the data stays for the next npm start.');
};

/** A replica that ends is told; its number and Enter start it again. */
const startKeyboard = (cluster: Cluster, progress: Progress, isStopping: () => boolean): { readonly close: () => void } => {
  const watch = (index: number) => {
    const replica = cluster.replica(index);
    void replica.exited().then((exit) => {
      if (!isStopping()) progress.warn(replica.name, `is gone (${describeExit(exit)}); type ${index} and Enter to start it again`);
    });
  };
  for (const index of cluster.replicas.keys()) watch(index);
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const index = /^\d$/.test(line.trim()) ? Number(line.trim()) : -1;
    const replica = cluster.replicas[index];
    if (!replica || replica.isRunning()) return;
    progress.step(replica.name, 'starting again');
    replica.start();
    watch(index);
    replica.waitReady().then(
      () => progress.step(replica.name, 'ready, voter'),
      () => {},
    );
  });
  return { close: () => lines.close() };
};
