import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@quorate/core/errors/app-error';
import { errorRow } from '@quorate/core/errors/codes';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clearLastError, readLastError, writeLastError } from './last-error';
import { describeError, runCommand } from './print-error';

describe('an error on the terminal', () => {
  it('says what, why and how to fix it', () => {
    const cause = new Error('connection refused', { cause: new Error('127.0.0.1:2379') });
    expect(describeError(new AppError('ETCD_UNAVAILABLE', { message: 'etcd does not answer', hint: 'Start it.', cause }))).toBe(
      'error ETCD_UNAVAILABLE: etcd does not answer\n  because: connection refused\n  because: 127.0.0.1:2379\n  to fix: Start it.\n',
    );
  });

  it('shows the last lines of etcd where there are any, eight at most', () => {
    const lastLines = Array.from({ length: 12 }, (_, index) => `line ${index}`);
    const text = describeError(new AppError('ETCD_START_FAILED', { message: 'etcd ended', data: { lastLines } }));
    expect(text).not.toContain('line 3\n');
    expect(text).toContain('  etcd: line 4\n');
    expect(text).toContain('  etcd: line 11\n');
  });

  it('keeps the inside of a defect to itself: that goes to the log', () => {
    expect(describeError(new AppError('INTERNAL', { message: 'something unexpected went wrong', cause: new Error('a secret') }))).not.toContain('a secret');
  });
});

describe('a command', () => {
  let printed = '';
  beforeEach(() => {
    printed = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = undefined;
  });

  it('that fails prints its error once and exits with the status of the error table', async () => {
    await runCommand(() => Promise.reject(new AppError('CONFIG_INVALID', { message: 'a key is wrong' })));
    expect(printed).toMatch(/^error CONFIG_INVALID: a key is wrong\n/);
    expect(process.exitCode).toBe(errorRow('CONFIG_INVALID').exit);
  });

  it('that throws what nobody expected is a defect, with the status of one', async () => {
    await runCommand(() => Promise.reject(new TypeError('undefined is not a function')));
    expect(printed).toMatch(/^error INTERNAL/);
    expect(process.exitCode).toBe(errorRow('INTERNAL').exit);
  });

  it('that succeeds prints nothing and leaves the exit status alone', async () => {
    await runCommand(async () => undefined);
    expect([printed, process.exitCode]).toEqual(['', undefined]);
  });
});

describe('the last error of the daemon', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'quorate-last-error-'));
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it('is there for commands that waited for it, until it is cleared', async () => {
    expect(await readLastError(dataDir)).toBeNull();
    await writeLastError(dataDir, new AppError('JOIN_UNDONE', { message: 'evicted', hint: 'Join again.' }));
    expect(await readLastError(dataDir)).toEqual({ code: 'JOIN_UNDONE', message: 'evicted', hint: 'Join again.', pid: process.pid });
    await clearLastError(dataDir);
    await clearLastError(dataDir);
    expect(await readLastError(dataDir)).toBeNull();
  });

  it('never fails the failure that it tells of', async () => {
    await expect(writeLastError(join(dataDir, 'gone'), new AppError('INTERNAL', { message: 'x' }))).resolves.toBeUndefined();
  });

  it('is none when the file holds something else', async () => {
    await writeFile(join(dataDir, 'last-error.json'), '{"code":7}');
    expect(await readLastError(dataDir)).toBeNull();
    await writeFile(join(dataDir, 'last-error.json'), '{"co');
    expect(await readLastError(dataDir)).toBeNull();
  });
});
