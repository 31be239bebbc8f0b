import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory of the repository, found upwards from this file; the same from source and from a bundle. */
export const repoRoot = (): string => {
  for (let at = path.dirname(fileURLToPath(import.meta.url)); ; at = path.dirname(at)) {
    const manifest = path.join(at, 'package.json');
    if (existsSync(manifest) && readFileSync(manifest, 'utf8').includes('"quorate-workspace"')) return at;
    if (path.dirname(at) === at) throw new Error('the repository that holds this file was not found');
  }
};

/** A built executable of the daemon. Throws with the command that builds it when it is missing. */
export const executable = (name: 'quorated' | 'quorate'): string => {
  const file = path.join(repoRoot(), 'apps/daemon/dist', `${name}.mjs`);
  if (!existsSync(file)) throw new Error(`${file} is not built yet: run "npm run build --workspace @quorate/daemon"`);
  return file;
};

/** Directory for everything that tests and measurements write; ignored by git. */
export const testDir = (...below: string[]): string => path.join(repoRoot(), '.quorate/test', ...below);

/** Environment of every child: the project-local etcd is found before one on PATH that may be too old. */
export const childEnv = (extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => {
  const local = path.join(repoRoot(), '.quorate/tools/etcd/usr/bin');
  const searchPath = existsSync(local) ? `${local}${path.delimiter}${process.env['PATH'] ?? ''}` : (process.env['PATH'] ?? '');
  return { ...process.env, PATH: searchPath, ...extra };
};
