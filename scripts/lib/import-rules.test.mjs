import { describe, expect, it } from 'vitest';
import { checkImports } from './import-rules.mjs';

/** A repository of the given files plus the ones the cases import. */
const check = (files) => checkImports(new Map(Object.entries({ ...neighbours, ...files })));

const neighbours = {
  'packages/core/src/version.ts': 'export const version = 1;',
  'apps/daemon/src/kit/clock.ts': 'export const clock = 1;',
  'apps/daemon/src/pki/leaf.ts': 'export const leaf = 1;',
  'apps/daemon/src/store/keys.ts': "export const nodes = '/quorate/nodes/';",
  'apps/daemon/src/services/join/saga.ts': 'export const saga = 1;',
  'apps/daemon/src/api/trpc/router.ts': 'export type AppRouter = 1;',
  'apps/daemon/src/main.ts': 'export const run = 1;',
  'apps/web/src/ui/button.tsx': 'export const Button = 1;',
  'apps/web/src/features/members/table.tsx': 'export const Table = 1;',
};

describe('the import check', () => {
  it('accepts imports down the staircase, of core by name, and of the router as a type', () => {
    expect(
      check({
        'apps/daemon/src/services/health/view.ts': "import { leaf } from '../../pki/leaf';\nimport type { version } from '@quorate/core/version';",
        'apps/daemon/src/cli/serve.ts': "import { run } from '../main';",
        'apps/web/src/lib/client.ts': "import type { AppRouter } from '@quorate/daemon/router';",
        'apps/web/src/app/page.tsx': "import { Table } from '@/features/members/table';",
      }),
    ).toEqual([]);
  });

  const violations = [
    ['an import up the staircase', 'apps/daemon/src/kit/up.ts', "import { leaf } from '../pki/leaf';", 'kit stands below pki'],
    ['an import of a neighbour on the same step', 'apps/daemon/src/etcd/side.ts', "import { leaf } from '../pki/leaf';", 'etcd and pki do not know each other'],
    ['a service that imports another', 'apps/daemon/src/services/health/x.ts', "import { saga } from '../join/saga';", 'do not know each other'],
    ['a room below that imports main', 'apps/daemon/src/api/x.ts', "import type { run } from '../main';", 'api stands below main'],
    ['a room the plan does not have', 'apps/daemon/src/util/x.ts', "import { clock } from '../kit/clock';", 'util is no room'],
    ['core that imports Node', 'packages/core/src/x.ts', "import { readFileSync } from 'fs';", 'core has no Node modules'],
    ['core that imports React', 'packages/core/src/x.ts', "import { jsx } from 'react/jsx-runtime';", 'core has no React'],
    ['core that imports the daemon', 'packages/core/src/x.ts', "import { clock } from '../../../apps/daemon/src/kit/clock';", 'core imports nothing of ours'],
    ['core imported by path', 'apps/daemon/src/kit/x.ts', "import { version } from '../../../../packages/core/src/version';", 'core is imported by its name'],
    ['a value import of the router', 'apps/web/src/lib/x.ts', "import { AppRouter } from '@quorate/daemon/router';", 'may cross into the daemon'],
    ['an import into the daemon by path', 'e2e/src/x.ts', "import type { clock } from '../../apps/daemon/src/kit/clock';", 'may cross into the daemon'],
    ['a feature that imports another', 'apps/web/src/features/tokens/x.tsx', "import { Table } from '../members/table';", 'do not know each other'],
    ['ui that imports a feature', 'apps/web/src/ui/x.tsx', "import { Table } from '@/features/members/table';", 'ui stands below features'],
    ['the dashboard imported by e2e', 'e2e/src/y.ts', "import { Button } from '../../apps/web/src/ui/button';", 'e2e does not import web'],
    ['a key spelled outside store/keys', 'apps/daemon/src/store/x.ts', 'const key = `/quorate/jobs/' + '${id}`;', 'spells a key'],
    ['process.env outside config', 'apps/daemon/src/kit/x.ts', 'const port = process.env.PORT;', 'reads process.env'],
    ['the environment imported outside config', 'apps/daemon/src/kit/x.ts', "import { env } from 'node:process';", 'only config reads the environment'],
    ['a process started outside etcd/process and kit/exec', 'apps/daemon/src/host/x.ts', "import { spawn } from 'node:child_process';", 'start processes'],
    ['an exit outside main and cli', 'apps/daemon/src/services/join/x.ts', 'process.exit(1);', 'ends the process'],
  ];
  it.each(violations)('refuses %s', (_name, path, text, words) => {
    const problems = check({ [path]: text });
    expect(problems.join('\n')).toContain(words);
    expect(problems[0]).toContain(path);
  });

  it('finds a cycle that goes through type imports only', () => {
    const problems = check({
      'apps/daemon/src/kit/a.ts': "import type { B } from './b';",
      'apps/daemon/src/kit/b.ts': "export { c } from './c';",
      'apps/daemon/src/kit/c.ts': "export type A = import('./a').A;",
    });
    expect(problems).toEqual(['import cycle: apps/daemon/src/kit/a.ts -> apps/daemon/src/kit/b.ts -> apps/daemon/src/kit/c.ts -> apps/daemon/src/kit/a.ts']);
  });

  it('does not read imports or words out of comments and strings', () => {
    expect(check({ 'apps/daemon/src/kit/x.ts': '// import { leaf } from \'../pki/leaf\';\nconst hint = "process.env and process.exit(1)";' })).toEqual([]);
  });

  it('lets tests use a neighbour, and not a higher step', () => {
    const imports = { 'apps/daemon/src/etcd/x.int.test.ts': "import { leaf } from '../pki/leaf';" };
    expect(check(imports)).toEqual([]);
    expect(check({ 'apps/daemon/src/kit/x.test.ts': "import { leaf } from '../pki/leaf';" })).toHaveLength(1);
  });
});
