import { isPortFree, listenersOf, type ReplicaAddress } from '../harness/addresses';
import { childEnv } from '../harness/paths';
import { runCommand } from '../harness/run-command';

export type TakenPort = { readonly where: string; readonly what: string; readonly holder: string };

/** The listeners of a replica that somebody else holds, with the process where the system tells. */
export const takenPorts = async (addresses: readonly ReplicaAddress[]): Promise<readonly TakenPort[]> => {
  const checked = await Promise.all(
    addresses.flatMap(listenersOf).map(async ({ host, port, what }) => {
      if (await isPortFree(host, port)) return [];
      return [{ where: `${host}:${port}`, what, holder: await holderOf(host, port) }];
    }),
  );
  return checked.flat();
};

const holderOf = async (host: string, port: number): Promise<string> => {
  const fromSs = await output(['ss', '-H', '-l', '-t', '-n', '-p', `sport = :${port}`]);
  for (const line of fromSs.split('\n')) {
    const local = line.trim().split(/\s+/)[3] ?? '';
    const process = /\(\("([^"]+)",pid=(\d+)/.exec(line);
    if (process && (local === `${host}:${port}` || /^(0\.0\.0\.0|\*|\[::\])/.test(local))) return `${process[1]}, pid ${process[2]}`;
  }
  const pid = (await output(['lsof', '-t', '-s', 'TCP:LISTEN', '-i', `TCP@${host}:${port}`])).trim().split('\n')[0];
  return pid ? `pid ${pid}` : 'a process of another user, or one that the system does not name';
};

const output = async (command: readonly string[]): Promise<string> =>
  (await runCommand(command, { env: childEnv(), timeoutMs: 3_000 }).catch(() => null))?.stdout ?? '';
