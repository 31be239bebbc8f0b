import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock, readLockHolder } from './file-lock';
import { processStartTime } from './process-info';

const here = dirname(fileURLToPath(import.meta.url));
const children: ChildProcess[] = [];
let scratch = '';
let script = '';
let path = '';

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quorate-lock-'));
  script = join(scratch, 'starter.mjs');
  await build({ entryPoints: [join(here, 'testing', 'lock-starter.ts')], outfile: script, bundle: true, platform: 'node', format: 'esm' });
});
beforeEach(async () => {
  path = join(await mkdtemp(join(scratch, 'dir-')), 'lock');
});
const killAll = () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
};
afterEach(killAll);
afterAll(async () => {
  killAll();
  await rm(scratch, { recursive: true, force: true });
});

/** Starts a process that takes the lock when told "go", and keeps it. Resolves once it is waiting. */
const starter = async () => {
  const child = spawn(process.execPath, [script, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const lines: string[] = [];
  const waiters: ((line: string) => void)[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n').filter(Boolean)) (waiters.shift() ?? ((text) => lines.push(text)))(line);
  });
  const next = () => new Promise<string>((resolve) => (lines.length > 0 ? resolve(lines.shift() ?? '') : waiters.push(resolve)));
  expect(await next()).toBe('waiting');
  const go = () => {
    child.stdin.write('go\n');
    return next();
  };
  const kill = () =>
    new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  return { pid: child.pid ?? 0, go, kill };
};

const leaveStale = async () => {
  const owner = await starter();
  expect(await owner.go()).toBe('won');
  await owner.kill();
};

describe('acquireLock', () => {
  it('keeps a second one out while the first lives, and names it', async () => {
    const owner = await starter();
    expect(await owner.go()).toBe('won');
    await expect(acquireLock(path)).rejects.toMatchObject({ code: 'DATA_DIR_LOCKED', data: { pid: owner.pid } });
    expect((await readLockHolder(path))?.pid).toBe(owner.pid);
    await owner.kill();
    expect(await readLockHolder(path)).toBeNull();
    const lock = await acquireLock(path);
    await lock.release();
  });

  it('is free after release, twice or once', async () => {
    const lock = await acquireLock(path);
    await expect(acquireLock(path)).rejects.toMatchObject({ code: 'DATA_DIR_LOCKED', data: { pid: process.pid } });
    await lock.release();
    const again = await acquireLock(path);
    await lock.release();
    expect((await readLockHolder(path))?.pid).toBe(process.pid);
    await again.release();
    expect(await readdir(dirname(path))).toEqual([]);
  });

  it('takes over from a process whose pid another one has now', async () => {
    await acquireLock(path, { pid: process.pid, startTime: 'an earlier boot:1' });
    expect(await processStartTime(process.pid)).not.toBe('an earlier boot:1');
    await (await acquireLock(path)).release();
  });

  it('takes over what nobody can read', async () => {
    await mkdir(path);
    await writeFile(join(path, '1.x'), '{"pid":');
    await (await acquireLock(path)).release();
  });

  it.each(['free', 'stale'] as const)('lets exactly one of many starters win a %s lock', async (state) => {
    for (let round = 0; round < 5; round += 1) {
      if (state === 'stale') await leaveStale();
      else await rm(path, { recursive: true, force: true });
      const starters = await Promise.all(Array.from({ length: 6 }, starter));
      const outcomes = await Promise.all(starters.map((one) => one.go()));
      const winner = starters[outcomes.indexOf('won')];
      expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === `locked by ${winner?.pid}`)).toHaveLength(5);
      expect(await readdir(dirname(path))).toEqual(['lock']);
      for (const one of starters) await one.kill();
    }
  });
});
