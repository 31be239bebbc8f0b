import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs the openssl command line on texts: each key of `inputs` becomes a file that arguments name as "@key". Resolves to all it printed; rejects when it fails. */
export const openssl = async (args: readonly string[], inputs: Readonly<Record<string, string>>): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'quorate-openssl-'));
  try {
    for (const [name, text] of Object.entries(inputs)) await writeFile(join(dir, name), text, { mode: 0o600 });
    const result = await run(
      'openssl',
      args.map((arg) => (arg.startsWith('@') ? join(dir, arg.slice(1)) : arg)),
    );
    return result.stdout + result.stderr;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
};
