import { createInterface } from 'node:readline/promises';
import type { Environment } from '../../config/environment';

/** What a command may do with the outside: write, ask, and know whether a person reads it. */
export type Terminal = {
  /** Standard output: the answer, and nothing but the answer. */
  readonly out: (text: string) => void;
  /** Standard error: questions, notices, errors. */
  readonly err: (text: string) => void;
  /** True when standard output is read by a person. */
  readonly isOutTty: boolean;
  /** True when there is somebody to answer a question. */
  readonly canAsk: boolean;
  readonly hasColor: boolean;
  /** Asks on standard error; the answer without its line end. Rejects with `signal.reason`. */
  readonly ask: (question: string, signal: AbortSignal) => Promise<string>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** The terminal of this process. Colours only for people, and not when NO_COLOR is set (no-color.org). */
export const processTerminal = (env: Environment): Terminal => ({
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isOutTty: process.stdout.isTTY === true,
  canAsk: process.stdin.isTTY === true && process.stderr.isTTY === true,
  hasColor: process.stdout.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb',
  ask: askOnTerminal,
  now: () => Date.now(),
});

const askOnTerminal = async (question: string, signal: AbortSignal): Promise<string> => {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // In raw mode Ctrl-C is only a key; the command must hear it all the same.
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    // The end of the input is an empty answer: `question` alone would never settle.
    const ended = new Promise<string>((resolve) =>
      lines.once('close', () => {
        process.stderr.write('\n');
        resolve('');
      }),
    );
    const answer = await Promise.race([lines.question(question, { signal }), ended]);
    lines.removeAllListeners('close');
    return answer;
  } finally {
    lines.close();
  }
};

const STYLES = { bold: 1, red: 31, yellow: 33, green: 32 } as const;

/** The text in a style, where that is wanted. The words must say the same without it. */
export const paint = (terminal: Pick<Terminal, 'hasColor'>, style: keyof typeof STYLES, text: string): string =>
  terminal.hasColor ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
