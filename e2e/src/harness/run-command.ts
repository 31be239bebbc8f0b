import { spawn } from 'node:child_process';

export type CommandResult = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
};

export type CommandOptions = {
  readonly env: NodeJS.ProcessEnv;
  /** Default 60,000 ms; then SIGKILL. */
  readonly timeoutMs?: number;
  readonly onStdout?: (text: string) => void;
};

/** Runs a command to its end and returns what it said; a failing command is a result, not an error. */
export const runCommand = (command: readonly string[], options: CommandOptions): Promise<CommandResult> =>
  new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const [file = '', ...args] = command;
    const child = spawn(file, args, { env: options.env, stdio: ['ignore', 'pipe', 'pipe'], timeout: options.timeoutMs ?? 60_000, killSignal: 'SIGKILL' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      options.onStdout?.(text);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr, durationMs: performance.now() - startedAt }));
  });

/** The command failed although it had to succeed. */
export const expectSuccess = (what: string, result: CommandResult): CommandResult => {
  if (result.code === 0) return result;
  throw new Error(`${what} ended with ${result.signal ?? `exit status ${result.code}`}\n--- stdout\n${result.stdout}\n--- stderr\n${result.stderr}`);
};
