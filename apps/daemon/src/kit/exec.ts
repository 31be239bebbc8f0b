import { spawn } from 'node:child_process';
import { AppError } from '@quorate/core/errors/app-error';
import { withTimeout } from './abort';

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_BYTES = 256 * 1024;

export type ExecOptions = {
  readonly signal?: AbortSignal;
  /** Default 10,000. */
  readonly timeoutMs?: number;
  /** The whole environment of the command. Default: that of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Kept of each stream, from its beginning; the rest is read and dropped. Default 256 KiB. */
  readonly maxBytes?: number;
};
export type ExecResult = {
  /** Exit status; null when a signal ended the command. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/**
 * Runs a short command to its end: no shell, no input, bounded output. Any exit status is a result, not an error.
 * Throws UNSUPPORTED when the command cannot be started, TIMEOUT when it takes too long (it is killed), and rejects with
 * `signal.reason` when cancelled (it is killed).
 */
export const exec = async (file: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> => {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, maxBytes = DEFAULT_MAX_BYTES } = options;
  options.signal?.throwIfAborted();
  const limit = withTimeout(options.signal, timeoutMs);
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: false,
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const stdout = collect(child.stdout, maxBytes);
  const stderr = collect(child.stderr, maxBytes);
  const kill = () => {
    child.kill('SIGKILL');
    // A grandchild may hold the pipes open; nobody waits for it.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  limit.addEventListener('abort', kill, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (!limit.aborted) return { code, stdout: stdout(), stderr: stderr() };
  } catch (error) {
    throw new AppError('UNSUPPORTED', { message: `cannot run ${file}`, cause: error, data: { file } });
  } finally {
    limit.removeEventListener('abort', kill);
  }
  options.signal?.throwIfAborted();
  throw new AppError('TIMEOUT', { message: `${file} did not end within ${timeoutMs} ms`, cause: limit.reason, data: { file, timeoutMs } });
};

const collect = (stream: NodeJS.ReadableStream, maxBytes: number): (() => string) => {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    const room = maxBytes - size;
    if (room > 0) chunks.push(chunk.subarray(0, room));
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
};
