// Bundles every program in src/bin into dist/: the lab, the benchmark and whatever stands beside them.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const bin = join(import.meta.dirname, 'src', 'bin');
const programs = existsSync(bin) ? readdirSync(bin).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')) : [];

if (programs.length > 0) {
  await build({
    absWorkingDir: import.meta.dirname,
    entryPoints: Object.fromEntries(programs.map((name) => [basename(name, '.ts'), join(bin, name)])),
    outdir: 'dist',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'linked',
    legalComments: 'none',
    // CommonJS dependencies inside an ES module bundle still call require().
    banner: { js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);" },
  });
}
