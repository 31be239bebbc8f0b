import { describe, expect, it, vi } from 'vitest';
import { collectWhenIdle } from './idle-memory';
import { silentLogger } from './logger';

describe('collectWhenIdle', () => {
  it('gives back what nobody holds any more, and ends with its signal', async () => {
    const stop = new AbortController();
    let held: number[][] | null = Array.from({ length: 40 }, () => Array.from({ length: 50_000 }, (_, at) => at / 3));
    const fullBytes = process.memoryUsage().heapUsed;
    expect(held).toHaveLength(40);
    held = null;
    const loop = collectWhenIdle({ signal: stop.signal, logger: silentLogger });
    await vi.waitFor(
      () => {
        loop.wake();
        expect(process.memoryUsage().heapUsed).toBeLessThan(fullBytes - 8_000_000);
      },
      { timeout: 20_000, interval: 200 },
    );
    stop.abort();
    await loop.done;
    expect(loop.status().state).toBe('stopped');
  });
});
