import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ConfigSchema } from '@quorate/core/config/schema';
import { describe, expect, it } from 'vitest';
import { describeConfig, renderConfigReference } from './config-reference';
import { readEnvironment } from './environment';
import { renderErrorReference } from './error-reference';
import { getAt } from './tree';

const pages = [
  { page: 'config.md', render: renderConfigReference },
  { page: 'errors.md', render: renderErrorReference },
];

describe('the generated reference', () => {
  it.each(pages)('docs/reference/$page is what the source says (UPDATE_DOCS=1 writes it)', async ({ page, render }) => {
    const path = fileURLToPath(new URL(`../../../../docs/reference/${page}`, import.meta.url));
    if (readEnvironment().UPDATE_DOCS === '1') await writeFile(path, render());
    expect(await readFile(path, 'utf8')).toBe(render());
  });

  it('describes every key, and shows the defaults that the schema applies', () => {
    const rows = describeConfig();
    expect(rows.length).toBeGreaterThan(25);
    const defaults = ConfigSchema.parse({});
    for (const { key, type, fallback, description } of rows) {
      expect(description, key).not.toBe('');
      if (fallback === '' || fallback === 'required' || type === 'duration' || key.startsWith('cluster_join.')) continue;
      expect(`\`${JSON.stringify(getAt(defaults, key)).replace(/^"(.+)"$/, '$1')}\``).toBe(fallback);
    }
  });

  it('knows durations, choices, bounds and secrets', () => {
    const byKey = new Map(describeConfig().map((row) => [row.key, row]));
    expect(byKey.get('membership.evict_after')).toMatchObject({ type: 'duration', fallback: '`5m`', variable: 'QUORATE_MEMBERSHIP__EVICT_AFTER' });
    expect(byKey.get('etcd.heartbeat_interval')).toMatchObject({ type: 'duration', fallback: '' });
    expect(byKey.get('etcd.mode')?.type).toBe('one of `single`, `bootstrap`, `join`');
    expect(byKey.get('membership.promote_max_lag')?.type).toBe('whole number, 1 to 1000000');
    expect(byKey.get('cluster_join.token')?.description).toMatch(/Never shown or logged\.$/);
    expect(byKey.get('cluster_join.cp_url')?.fallback).toBe('required');
  });
});
