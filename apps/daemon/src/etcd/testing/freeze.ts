import { readdir, readFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** SIGSTOP, and the certainty that it took: the kernel stops the threads of a process one by one, after the signal was sent. Linux only. */
export const freeze = async (pid: number): Promise<void> => {
  process.kill(pid, 'SIGSTOP');
  const giveUpAt = performance.now() + 5_000;
  while (!(await isFrozen(pid))) {
    if (performance.now() > giveUpAt) throw new Error(`process ${pid} does not stop`);
    await nextTurn();
  }
};

export const thaw = (pid: number): void => void process.kill(pid, 'SIGCONT');

const isFrozen = async (pid: number): Promise<boolean> => {
  const threads = await readdir(`/proc/${pid}/task`);
  const stats = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8').catch(() => '')));
  // The state stands behind the command in brackets, which may hold brackets itself.
  return stats.every((stat) => stat === '' || stat.slice(stat.lastIndexOf(')') + 2).startsWith('T'));
};
