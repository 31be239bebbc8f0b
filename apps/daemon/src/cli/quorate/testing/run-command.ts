import type { Environment } from '../../../config/environment';
import { runQuorate } from '../run';
import type { Terminal } from '../terminal';

export type CommandResult = { readonly status: number; readonly out: string; readonly err: string; readonly questions: readonly string[] };
export type CommandOptions = {
  readonly env?: Environment;
  /** What the person at the terminal types; without it there is nobody. */
  readonly answer?: string;
  readonly isOutTty?: boolean;
  readonly hasColor?: boolean;
  readonly signal?: AbortSignal;
  /** Told after each piece of output with all of it so far. */
  readonly onOut?: (all: string) => void;
};

/** Time of all tests: a second after what the hand-made services tell. */
const NOW_MS = Date.parse('2026-01-02T03:04:15.000Z');

/** Runs the command within this process, at a terminal of its own. */
export const runCommand = async (args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> => {
  let out = '';
  let err = '';
  const questions: string[] = [];
  const terminal: Terminal = {
    out: (text) => {
      out += text;
      options.onOut?.(out);
    },
    err: (text) => {
      err += text;
    },
    isOutTty: options.isOutTty === true,
    canAsk: options.answer !== undefined,
    hasColor: options.hasColor === true,
    ask: async (question) => {
      questions.push(question);
      return options.answer ?? '';
    },
    now: () => NOW_MS,
  };
  const status = await runQuorate(args, { terminal, env: options.env ?? {}, signal: options.signal ?? new AbortController().signal, defaultSockets: [] });
  return { status, out, err, questions };
};
