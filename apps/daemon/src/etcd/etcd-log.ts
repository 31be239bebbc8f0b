import type { Logger } from '../kit/logger';
import { parseZapLine, readableLine, type ZapLine } from './zap-line';

/** A member that ends writes some hundred lines while it stops; why it stops stands before them. */
const KEPT_LINES = 400;
const GO_STACK = /^goroutine \d+ /;

export type EtcdLog = {
  /** Takes one line as etcd wrote it. */
  readonly add: (line: string) => void;
  /** The newest lines, oldest first, readable. */
  readonly lastLines: () => readonly string[];
  readonly appliedIndexSeen: () => bigint | null;
};

/** Listens to one etcd: keeps its last words, and what they prove about its progress. */
export const createEtcdLog = (deps: { readonly logger: Pick<Logger, 'debug' | 'warn'> }): EtcdLog => {
  const kept: string[] = [];
  let applied: bigint | null = null;
  let inTrace = false;
  return Object.freeze({
    add: (text: string) => {
      const line = parseZapLine(text);
      // The stack of a Go panic would push out the line that says what happened.
      inTrace = line.level === 'raw' && (inTrace || GO_STACK.test(text));
      if (inTrace) return deps.logger.debug({ line: text }, 'etcd prints its stack');
      kept.push(readableLine(line));
      if (kept.length > KEPT_LINES) kept.shift();
      applied = highest(applied, appliedIndexOf(line));
      passOn(deps.logger, line);
    },
    lastLines: () => [...kept],
    appliedIndexSeen: () => applied,
  });
};

/** etcd's warnings are about single slow requests and unreachable peers, which the daemon judges by other means; what kills it is ours to tell. */
const FATAL: ReadonlySet<string> = new Set(['error', 'dpanic', 'panic', 'fatal', 'raw']);

const passOn = (logger: Pick<Logger, 'debug' | 'warn'>, line: ZapLine): void => {
  const fields = { level: line.level, message: line.message, ...line.fields };
  if (FATAL.has(line.level)) logger.warn({ etcd: fields }, 'etcd reports an error');
  else logger.debug({ etcd: fields }, 'etcd says');
};

/** The raft index that a line proves to be applied; null for all other lines. */
const appliedIndexOf = (line: ZapLine): bigint | null => {
  if (line.message !== 'applied snapshot') return null;
  const index = line.fields['incoming-leader-snapshot-index'];
  return typeof index === 'number' && Number.isSafeInteger(index) ? BigInt(index) : null;
};

const highest = (a: bigint | null, b: bigint | null): bigint | null => (a === null || (b !== null && b > a) ? b : a);
