/**
 * One replica under the harness: a `quorated` process and the commands that an operator would run on its host. Never reaches into the
 * daemon: everything goes through its executables, its listeners, its log and its files.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import path from 'node:path';
import type { ReplicaAddress } from './addresses';
import { configText, type ReplicaConfig } from './config-file';
import { type HttpAnswer, type HttpCall, type HttpTarget, httpCall } from './http';
import { lastLines } from './log-lines';
import { childEnv, executable } from './paths';
import type { ProcessGroup } from './processes';
import { createReplicaProcess, type ReplicaProcess, type StartOptions } from './replica-process';
import { type CommandResult, runCommand } from './run-command';

export type ReplicaSpec = {
  readonly name: string;
  /** Everything of this replica: quorate.yaml, data/, quorated.log. */
  readonly dir: string;
  readonly address: ReplicaAddress;
  readonly deathSignal: 'SIGTERM' | 'SIGKILL';
  /** Command prefix that enters the replica's network namespace, and where to reach its public listener from here. */
  readonly network?: { readonly enter: readonly string[]; readonly publicSocket: string };
  readonly config?: Pick<ReplicaConfig, 'clusterToken' | 'evictAfter' | 'promoteInterval' | 'timerProfile'>;
};

export type RunOptions = StartOptions & { readonly timeoutMs?: number; readonly onStdout?: (text: string) => void };

export type Replica = ReplicaProcess & {
  readonly name: string;
  readonly dir: string;
  readonly dataDir: string;
  readonly configFile: string;
  readonly logFile: string;
  readonly socketPath: string;
  readonly address: ReplicaAddress;
  readonly peerUrl: string;
  readonly replicaUrl: string;
  readonly publicUrl: string;
  /** Writes quorate.yaml unless it is there already (a join or an operator may have changed it since). */
  readonly ensureConfig: () => void;
  readonly call: (call: HttpCall) => Promise<HttpAnswer>;
  readonly quorated: (args: readonly string[], options?: RunOptions) => Promise<CommandResult>;
  /** `quorate` over this replica's admin socket. */
  readonly quorate: (args: readonly string[], options?: RunOptions) => Promise<CommandResult>;
  /** The end of the log file, over all runs. */
  readonly logTail: (lines: number) => string;
  /** Removes every file of the replica. */
  readonly wipe: () => void;
};

export const createReplica = (group: ProcessGroup, spec: ReplicaSpec): Replica => {
  const { address, dir } = spec;
  const dataDir = path.join(dir, 'data');
  const configFile = path.join(dir, 'quorate.yaml');
  const logFile = path.join(dir, 'quorated.log');
  const socketPath = path.join(dataDir, 'admin.sock');
  const enter = spec.network?.enter ?? [];
  const target: HttpTarget = spec.network ? { socketPath: spec.network.publicSocket } : { host: address.host, port: address.publicPort };
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const run = (command: readonly string[], options: RunOptions) =>
    runCommand([...enter, process.execPath, ...command], { ...options, env: childEnv(options.env) });
  const daemon = createReplicaProcess(group, {
    name: spec.name,
    command: () => [...enter, process.execPath, executable('quorated'), 'serve', '--config', configFile],
    logFile,
    deathSignal: spec.deathSignal,
    readyz: () => httpCall(target, { path: '/readyz', timeoutMs: 2_000 }),
  });
  return {
    ...daemon,
    name: spec.name,
    dir,
    dataDir,
    configFile,
    logFile,
    socketPath,
    address,
    peerUrl: `https://${address.host}:${address.peerPort}`,
    replicaUrl: `https://${address.host}:${address.replicaPort}`,
    publicUrl: `http://${address.host}:${address.publicPort}`,
    ensureConfig: () => {
      if (existsSync(configFile)) return;
      mkdirSync(dir, { recursive: true });
      writeFileSync(configFile, configText({ name: spec.name, dataDir, socketPath, address, behindProxy: spec.network !== undefined, ...spec.config }), {
        mode: 0o600,
      });
    },
    call: (call) => httpCall(target, { agent, ...call }),
    quorated: (args, options = {}) => run([executable('quorated'), ...args], options),
    quorate: (args, options = {}) => run([executable('quorate'), '--socket', socketPath, ...args], options),
    logTail: (lines) => (existsSync(logFile) ? lastLines(readFileSync(logFile, 'utf8'), lines) : '(no log)'),
    wipe: () => rmSync(dir, { recursive: true, force: true }),
  };
};
