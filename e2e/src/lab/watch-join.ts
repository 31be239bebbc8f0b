import { setTimeout as sleep } from 'node:timers/promises';
import type { JoinProgress } from '@quorate/core/join/saga';
import type { Cluster } from '../harness/cluster';
import type { Replica } from '../harness/replica';

const PHASE_WORDS: Readonly<Record<JoinProgress['phase'], string>> = {
  reserved: 'place reserved, nothing spent yet',
  checked: 'waiting to be admitted',
  'learner-added': 'token spent, learner added',
  started: 'etcd started as learner',
  'catching-up': 'catching up',
  promoted: 'promoted to voter',
  undone: 'join undone',
};

/** The line for a state of a join. */
export const joinWords = (join: JoinProgress): string => {
  const parts = [PHASE_WORDS[join.phase]];
  if (join.percent !== null && join.phase !== 'promoted') parts.push(`${Math.floor(join.percent)} %`);
  if (join.queuePosition !== null) parts.push(`number ${join.queuePosition} in the queue`);
  if (join.stallReason !== null) parts.push(join.stallReason);
  return parts.join(', ');
};

/** Says every new state of a join, as the cluster tells it, until the joiner serves as a voter; rejects when it ends before. */
export const watchJoin = async (
  cluster: Cluster,
  joiner: Replica,
  options: { readonly via: Replica; readonly say: (text: string) => void; readonly timeoutMs: number },
): Promise<void> => {
  const watching = new AbortController();
  const saying = sayStates(cluster, joiner, { ...options, signal: watching.signal });
  try {
    await joiner.waitReady({ timeoutMs: options.timeoutMs });
  } finally {
    watching.abort();
    await saying;
  }
  options.say(PHASE_WORDS.promoted);
};

const sayStates = async (
  cluster: Cluster,
  joiner: Replica,
  options: { readonly via: Replica; readonly say: (text: string) => void; readonly signal: AbortSignal },
): Promise<void> => {
  for (let said = ''; !options.signal.aborted; ) {
    const join = await cluster
      .status(options.via)
      .then((status) => status.joins.find((one) => one.name === joiner.name))
      .catch(() => undefined);
    if (join && join.phase !== 'promoted' && joinWords(join) !== said) {
      said = joinWords(join);
      options.say(said);
    }
    await sleep(100, undefined, { signal: options.signal }).catch(() => {});
  }
};
