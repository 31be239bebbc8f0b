import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readEnvironment } from '../../config/environment';
import { renderCliReference } from './cli-reference';

it('docs/reference/cli.md is what the commands say (UPDATE_DOCS=1 writes it)', async () => {
  const path = fileURLToPath(new URL('../../../../../docs/reference/cli.md', import.meta.url));
  if (readEnvironment().UPDATE_DOCS === '1') await writeFile(path, renderCliReference());
  expect(await readFile(path, 'utf8')).toBe(renderCliReference());
});
