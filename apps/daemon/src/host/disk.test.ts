import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freeBytes, measureFsync } from './disk';
import { percentile } from './percentile';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'quorate-disk-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('measureFsync', () => {
  it('measures real flushes and removes what it wrote', async () => {
    const latency = await measureFsync(dir, { samples: 5 });
    expect(latency.samples).toBe(5);
    expect(latency.p50Ms).toBeGreaterThan(0);
    expect(latency.p99Ms).toBeGreaterThanOrEqual(latency.p50Ms);
    expect(await readdir(dir)).toEqual([]);
  });

  it('stops when cancelled, and removes what it wrote', async () => {
    await expect(measureFsync(dir, { signal: AbortSignal.abort(new Error('stopping')) })).rejects.toThrow('stopping');
    expect(await readdir(dir)).toEqual([]);
  });

  it('says which directory cannot be written', async () => {
    await expect(measureFsync(join(dir, 'missing'))).rejects.toMatchObject({ code: 'DATA_DIR_DAMAGED', data: { dir: join(dir, 'missing') } });
  });
});

describe('freeBytes', () => {
  it('finds room on the file system', async () => {
    expect(await freeBytes(dir)).toBeGreaterThan(1024 * 1024);
  });
});

describe('percentile', () => {
  it('is the nearest rank', () => {
    const values = [5, 1, 4, 2, 3];
    expect([0, 0.2, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 1, 3, 5, 5]);
    expect(percentile([], 0.5)).toBe(0);
    expect(values).toEqual([5, 1, 4, 2, 3]);
  });
});
