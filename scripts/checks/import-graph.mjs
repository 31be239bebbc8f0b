// Fails on import cycles, type imports included, and on imports against the arrows of ARCHITECTURE.md.
import { checkImports } from '../lib/import-rules.mjs';
import { readSources } from '../lib/read-sources.mjs';

const sources = readSources();
const problems = checkImports(sources);
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${sources.size} files, ${problems.length} ${problems.length === 1 ? 'violation' : 'violations'}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
