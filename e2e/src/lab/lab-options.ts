import { parseArgs } from 'node:util';
import { LabRefusal } from './lab-refusal';

export type LabOptions = { readonly replicas: number | null; readonly fresh: boolean; readonly help: boolean };

/** Replicas of a new lab when nobody says how many. */
export const DEFAULT_REPLICAS = 3;
/** More voters make writes slower and survive nothing that 7 do not. */
export const MOST_REPLICAS = 7;

export const LAB_HELP = `npm start [-- OPTIONS]: a Quorate cluster on this machine, real processes with real etcd

  --replicas N   how many replicas, 1 to ${MOST_REPLICAS}; odd numbers survive the most for their size (3 survive 1 failure, 5 survive 2).
                 Default: as many as last time, ${DEFAULT_REPLICAS} the first time. More than last time: the cluster grows.
  --fresh        throws the data of the last lab away and starts from nothing
  --help         this text

The data lives in .quorate/lab and survives a restart. Ctrl-C stops everything in order; Ctrl-C twice stops at once.
`;

/** Reads the command line; throws LabRefusal. */
export const parseLabOptions = (args: readonly string[]): LabOptions => {
  const values = readFlags(args);
  return { replicas: values.replicas === undefined ? null : parseCount(values.replicas), fresh: values.fresh, help: values.help };
};

const readFlags = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: { replicas: { type: 'string' }, fresh: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
    }).values;
  } catch (error) {
    throw new LabRefusal(`${error instanceof Error ? error.message : String(error)}\n\n${LAB_HELP}`, { cause: error });
  }
};

const parseCount = (text: string): number => {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= MOST_REPLICAS) return count;
  throw new LabRefusal(`--replicas takes a number from 1 to ${MOST_REPLICAS}, not "${text}"`);
};

/** What to say about an even number of replicas; null for an odd one. */
export const evenAdvice = (count: number): string | null =>
  count % 2 === 1 ? null : `${count} replicas survive no more failures than ${count - 1}: an odd number is better.`;
