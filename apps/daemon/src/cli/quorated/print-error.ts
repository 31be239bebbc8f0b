import { type AppError, errorChain, toAppError } from '@quorate/core/errors/app-error';
import { errorRow } from '@quorate/core/errors/codes';

/** What, why, how to fix: the form of every error on a terminal. */
export const describeError = (error: AppError): string => {
  const [what = '', ...why] = errorChain(error);
  const lines = [`error ${error.code}: ${what}`];
  if (error.code !== 'INTERNAL') for (const reason of why) lines.push(`  because: ${reason}`);
  const lastLines = error.data.lastLines;
  if (Array.isArray(lastLines)) for (const line of lastLines.slice(-8)) lines.push(`  etcd: ${String(line)}`);
  lines.push(`  to fix: ${error.hint}`);
  return `${lines.join('\n')}\n`;
};

/** Runs a command; an error is printed once, here, and becomes the exit status of the error map. */
export const runCommand = async (action: () => Promise<void>): Promise<void> => {
  try {
    await action();
  } catch (error) {
    const failure = toAppError(error);
    process.stderr.write(describeError(failure));
    process.exitCode = errorRow(failure.code).exit;
  }
};
