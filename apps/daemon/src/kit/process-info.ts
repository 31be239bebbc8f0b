import { readFile } from 'node:fs/promises';

/**
 * When a process started, as text that no other process with the same pid shares: boot id and clock ticks since boot
 * (field 22 of /proc/<pid>/stat). Null when it is gone, is a zombie, or the system has no /proc.
 */
export const processStartTime = async (pid: number): Promise<string | null> => {
  try {
    const [stat, boot] = await Promise.all([readFile(`/proc/${pid}/stat`, 'utf8'), readFile('/proc/sys/kernel/random/boot_id', 'utf8')]);
    // The command, in brackets, may hold spaces and brackets itself; the fields after it do not. First of them is the state.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return `${boot.trim()}:${fields[19]}`;
  } catch {
    return null;
  }
};

/** True when the process with this pid runs and, where both are known, is the one that started then. */
export const isProcessAlive = async (pid: number, startTime: string | null): Promise<boolean> => {
  if (process.platform === 'linux') {
    const found = await processStartTime(pid);
    return found !== null && (startTime === null || startTime === found);
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};
