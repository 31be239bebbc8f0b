import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readEnvironment } from '../../config/environment';
import { renderApiReference } from './api-reference';

it('docs/reference/api.md is what the source says (UPDATE_DOCS=1 writes it)', async () => {
  const path = fileURLToPath(new URL('../../../../../docs/reference/api.md', import.meta.url));
  if (readEnvironment().UPDATE_DOCS === '1') await writeFile(path, renderApiReference());
  expect(await readFile(path, 'utf8')).toBe(renderApiReference());
});
