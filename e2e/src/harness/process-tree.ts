import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Process ids of the direct children of a process whose command is `name`. */
export const childrenNamed = (parent: number, name: string): readonly number[] => childrenOf(parent).filter((child) => commandOf(child) === name);

const childrenOf = (parent: number): readonly number[] => {
  try {
    return readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(/\s+/).filter(Boolean).map(Number);
  } catch {
    return run('pgrep', ['-P', String(parent)])
      .split('\n')
      .filter(Boolean)
      .map(Number);
  }
};

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return (
      run('ps', ['-o', 'comm=', '-p', String(pid)])
        .trim()
        .split('/')
        .at(-1) ?? ''
    );
  }
};

/** Resident memory of a process in bytes; null when the system does not tell. */
export const residentBytes = (pid: number): number | null => {
  const kilobytes = run('ps', ['-o', 'rss=', '-p', String(pid)]).trim();
  return /^\d+$/.test(kilobytes) ? Number(kilobytes) * 1024 : null;
};

const run = (command: string, args: readonly string[]): string => {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
};
