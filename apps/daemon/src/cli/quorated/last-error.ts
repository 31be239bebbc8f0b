import { join } from 'node:path';
import type { AppError } from '@quorate/core/errors/app-error';
import { z } from 'zod';
import { readFileIfExists, removeFile, writeFileAtomic } from '../../kit/atomic-file';

/** Why the daemon ended last, for commands that waited for it and found its socket gone. */
const LastErrorSchema = z.object({ code: z.string(), message: z.string(), hint: z.string(), pid: z.number() });
export type LastError = z.infer<typeof LastErrorSchema>;

const fileOf = (dataDir: string): string => join(dataDir, 'last-error.json');

/** Never throws: it is written while something else fails already. */
export const writeLastError = (dataDir: string, error: AppError): Promise<void> =>
  writeFileAtomic(fileOf(dataDir), JSON.stringify({ code: error.code, message: error.message, hint: error.hint, pid: process.pid })).catch(() => undefined);

export const clearLastError = (dataDir: string): Promise<void> => removeFile(fileOf(dataDir)).catch(() => undefined);

export const readLastError = async (dataDir: string): Promise<LastError | null> => {
  const parsed = LastErrorSchema.safeParse(parseJson(await readFileIfExists(fileOf(dataDir))));
  return parsed.success ? parsed.data : null;
};

const parseJson = (text: string | null): unknown => {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
};
