import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { testPath } from '../../../etcd/testing/etcd-binary';
import { requestJson } from '../../../kit/http-json';
import { isProcessAlive } from '../../../kit/process-info';

const BANNER = "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);";
const READY_MS = 30_000;
const POLL_MS = 30;

export type CommandResult = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** The executable as it would be installed, built from the sources as they are now, in a directory of its own. */
export type Quorated = {
  readonly directory: string;
  /** Runs a command to its end. */
  readonly run: (...args: readonly string[]) => Promise<CommandResult>;
  /** Starts `serve`; resolves when the process exists. */
  readonly serve: (configFile: string) => Daemon;
  /** Kills what was started and removes the directory. */
  readonly remove: () => Promise<void>;
};

export type Daemon = {
  readonly pid: number;
  /** Exit status, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly stderr: () => string;
  /** Resolves to the milliseconds until it said that it is ready. */
  readonly ready: () => Promise<number>;
};

export const buildQuorated = async (): Promise<Quorated> => {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-cli-'));
  const program = join(directory, 'quorated.mjs');
  await build({
    entryPoints: [join(dirname(fileURLToPath(import.meta.url)), '../../quorated.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: { js: BANNER },
  });
  const running = new Set<ChildProcess>();
  const start = (args: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, [program, ...args], { env: { PATH: testPath() }, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    return child;
  };
  return {
    directory,
    run: async (...args) => {
      const child = start(args);
      const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
      await once(child, 'close');
      return { code: child.exitCode, stdout: stdout(), stderr: stderr() };
    },
    serve: (configFile) => createDaemon(start(['serve', '--config', configFile])),
    remove: async () => {
      for (const child of [...running]) {
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      }
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
};

const collect = (stream: NodeJS.ReadableStream | null): (() => string) => {
  let text = '';
  stream?.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  return () => text;
};

const createDaemon = (child: ChildProcess): Daemon => {
  const startedAt = performance.now();
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const ended = once(child, 'close').then(() => child.exitCode ?? child.signalCode);
  return {
    pid: child.pid ?? 0,
    ended,
    signal: (signal) => void child.kill(signal),
    stderr,
    ready: async () => {
      while (!stdout().includes('"msg":"ready"')) {
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`quorated ended instead of serving: ${stderr()}`);
        if (performance.now() - startedAt > READY_MS) throw new Error(`quorated does not serve after ${READY_MS} ms`);
        await sleep(POLL_MS);
      }
      return performance.now() - startedAt;
    },
  };
};

/** A host: its configuration file, its data, its address with the default ports. */
export type Host = {
  readonly address: string;
  readonly dataDir: string;
  readonly configFile: string;
  /** The result of a tRPC call through the admin socket. */
  readonly call: (kind: 'query' | 'mutation', procedure: string, input?: unknown) => Promise<unknown>;
  readonly etcdPid: () => Promise<number>;
  readonly isEtcdAlive: () => Promise<boolean>;
};

export const createHost = async (directory: string, given: { readonly name: string; readonly address: string; readonly etcd?: string }): Promise<Host> => {
  const { name, address, etcd = '' } = given;
  const dataDir = join(directory, name);
  const configFile = join(directory, `${name}.yaml`);
  await mkdir(dataDir, { recursive: true });
  await writeFile(
    configFile,
    `data_dir: ${dataDir}
etcd:
  name: ${name}
  peer_url: https://${address}:2380
  client_url: https://${address}:2379
${etcd}listeners:
  public: { address: "${address}:8080", tls: "off" }
  replica: { address: "${address}:8443" }
  admin_socket: { path: ${dataDir}/s }
`,
  );
  const etcdPid = async (): Promise<number> => JSON.parse(await readFile(join(dataDir, 'etcd.pid'), 'utf8')).pid as number;
  return {
    address,
    dataDir,
    configFile,
    call: async (kind, procedure, input = {}) => {
      const query = kind === 'query' ? `?input=${encodeURIComponent(JSON.stringify(input))}` : '';
      const { json } = await requestJson({
        method: kind === 'query' ? 'GET' : 'POST',
        url: `http://localhost/trpc/${procedure}${query}`,
        socketPath: join(dataDir, 's'),
        ...(kind === 'query' ? {} : { body: input }),
      });
      const answer = json as { result?: { data: unknown }; error?: unknown };
      if (answer.result === undefined) throw new Error(`${procedure} was refused: ${JSON.stringify(answer.error)}`);
      return answer.result.data;
    },
    etcdPid,
    isEtcdAlive: async () => isProcessAlive(await etcdPid(), null),
  };
};
