// Reads the TypeScript sources of the repository into memory.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';
import { sourceDirs } from './rooms.mjs';

/** @returns {Map<string, string>} text by path relative to the repository, with slashes */
export function readSources() {
  const sources = new Map();
  for (const dir of sourceDirs) {
    if (!existsSync(join(root, dir))) continue;
    for (const entry of readdirSync(join(root, dir), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
      const full = join(entry.parentPath, entry.name);
      sources.set(full.slice(root.length + 1).replaceAll('\\', '/'), readFileSync(full, 'utf8'));
    }
  }
  return sources;
}
