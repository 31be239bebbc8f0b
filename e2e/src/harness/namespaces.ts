/**
 * Network namespaces: every replica on a host of its own, joined by a bridge in a namespace that is ours as well. Nothing outside of
 * them is touched. A forwarder inside each namespace stands for the reverse proxy through which we talk to the replica, also while its
 * cable is pulled.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { childEnv } from './paths';
import type { ProcessGroup } from './processes';
import { expectSuccess, runCommand } from './run-command';
import { waitFor } from './wait-for';

export type Namespaces = {
  readonly networkOf: (index: number) => { readonly enter: readonly string[]; readonly publicSocket: string };
  /** Pulls the cable: nothing gets in or out, and no one is told. */
  readonly cut: (index: number) => Promise<void>;
  readonly heal: (index: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** Whether this process may make network namespaces here. */
export const hasNamespaces = async (): Promise<boolean> => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const probe = `qp${randomBytes(3).toString('hex')}`;
  const made = await ip(['netns', 'add', probe]);
  if (made.code !== 0) return false;
  const entered = await runCommand(['nsenter', `--net=/run/netns/${probe}`, 'true'], { env: childEnv() }).catch(() => null);
  const bridged = await ip(['-n', probe, 'link', 'add', 'br0', 'type', 'bridge']);
  await ip(['netns', 'del', probe]);
  return entered?.code === 0 && bridged.code === 0;
};

export const createNamespaces = async (
  group: ProcessGroup,
  options: { readonly dir: string; readonly count: number; readonly block: number },
): Promise<Namespaces> => {
  const prefix = `q${randomBytes(3).toString('hex')}`;
  const hub = `${prefix}h`;
  const must = async (...args: string[]) => {
    expectSuccess(`ip ${args.join(' ')}`, await ip(args));
  };
  const names = Array.from({ length: options.count }, (_, index) => `${prefix}n${index}`);
  const close = async () => {
    for (const name of [hub, ...names]) await ip(['netns', 'del', name]);
  };
  const socketOf = (index: number) => path.join(options.dir, `public-${index}.sock`);
  const addressOf = (index: number) => `10.99.${options.block}.${index + 1}`;
  const enterOf = (index: number) => ['nsenter', `--net=/run/netns/${names[index]}`];
  try {
    await must('netns', 'add', hub);
    await must('-n', hub, 'link', 'set', 'lo', 'up');
    await must('-n', hub, 'link', 'add', 'br0', 'type', 'bridge');
    await must('-n', hub, 'link', 'set', 'br0', 'up');
    for (const [index, name] of names.entries()) {
      await must('netns', 'add', name);
      await must('link', 'add', `v${index}`, 'netns', hub, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
      await must('-n', hub, 'link', 'set', `v${index}`, 'master', 'br0', 'up');
      await must('-n', name, 'addr', 'add', `${addressOf(index)}/24`, 'dev', 'eth0');
      await must('-n', name, 'link', 'set', 'eth0', 'up');
      await must('-n', name, 'link', 'set', 'lo', 'up');
      const forwarder = [...enterOf(index), process.execPath, '--eval', FORWARDER, socketOf(index), addressOf(index), '8080'];
      group.start({ command: forwarder, env: childEnv(), logFile: path.join(options.dir, `forwarder-${index}.log`), deathSignal: 'SIGKILL' });
    }
    await waitFor(() => names.every((_, index) => existsSync(socketOf(index))), { timeoutMs: 5_000, what: 'the forwarders into the network namespaces' });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    networkOf: (index) => ({ enter: enterOf(index), publicSocket: socketOf(index) }),
    cut: (index) => must('-n', hub, 'link', 'set', `v${index}`, 'down'),
    heal: (index) => must('-n', hub, 'link', 'set', `v${index}`, 'up'),
    close,
  };
};

const ip = (args: readonly string[]) => runCommand(['ip', ...args], { env: childEnv(), timeoutMs: 10_000 });

/** Runs inside a namespace: a unix socket, reachable from everywhere, to an address that is not. */
const FORWARDER = `
const net = require('node:net');
const [socketPath, host, port] = process.argv.slice(1);
net.createServer((near) => {
  const far = net.connect({ host, port: Number(port) });
  near.pipe(far).pipe(near);
  near.on('error', () => far.destroy());
  far.on('error', () => near.destroy());
}).listen(socketPath);
`;
