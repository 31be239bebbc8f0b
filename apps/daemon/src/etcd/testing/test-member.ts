import { join } from 'node:path';
import { silentLogger } from '../../kit/logger';
import type { EtcdClient, EtcdFlags, EtcdProcess } from '../api';
import { createEtcdClient } from '../client';
import { startEtcdProcess } from '../process';
import { waitReady } from '../ready';
import { findEtcdTool, testPath } from './etcd-binary';
import { freePorts } from './free-port';
import { createTestCerts, type TestCerts } from './test-certs';

export const TEST_CN = 'etcd-test';

export type TestMember = {
  readonly flags: EtcdFlags;
  readonly client: EtcdClient;
  /** Another client, of this member or of a proxy before it. The caller closes it. */
  readonly connect: (url?: string) => EtcdClient;
  /** Starts etcd without waiting for it to serve. */
  readonly spawn: () => Promise<EtcdProcess>;
  /** Starts etcd and waits until it serves. */
  readonly start: () => Promise<void>;
  /** SIGTERM; resolves when it is gone. */
  readonly halt: () => Promise<void>;
  /** SIGKILL; resolves when it is gone. */
  readonly kill: () => Promise<void>;
  /** The running (or last) process. */
  readonly process: () => EtcdProcess;
};

export type TestMemberOptions = {
  readonly directory: string;
  readonly name: string;
  readonly address: string;
  readonly certs: TestCerts;
  /** Changes to the flags of a cluster of one. */
  readonly flags?: (own: EtcdFlags) => Partial<EtcdFlags>;
};

/** Certificates for members on the given addresses, in `directory`. */
export const testCerts = (directory: string, addresses: readonly string[]): TestCerts => createTestCerts(directory, { commonName: TEST_CN, addresses });

/** One member, not started yet: real etcd, real TLS, own ports. */
export const createTestMember = async (options: TestMemberOptions): Promise<TestMember> => {
  const flags = await testFlags(options);
  const { certs } = options;
  const connect = (url = flags.clientUrl) => createEtcdClient({ url, caPem: certs.caPem, certPem: certs.certPem, keyPem: certs.keyPem });
  const client = connect();
  const signal = new AbortController().signal;
  let process: EtcdProcess | null = null;
  const running = (): EtcdProcess => {
    if (process === null) throw new Error(`${flags.name} was not started`);
    return process;
  };
  const spawn = async () => {
    process = await startEtcdProcess({ flags, path: testPath(), logger: silentLogger, signal });
    return process;
  };
  return {
    flags,
    client,
    connect,
    spawn,
    start: async () => {
      await waitReady({ process: await spawn(), client, signal, timeoutMs: 20_000 });
    },
    halt: async () => void (await process?.stop()),
    kill: async () => void (await process?.stop({ graceMs: 0 })),
    process: running,
  };
};

const testFlags = async ({ directory, name, address, certs, flags }: TestMemberOptions): Promise<EtcdFlags> => {
  const [peerPort, clientPort] = await freePorts(address, 2);
  const peerUrl = `https://${address}:${peerPort}`;
  const files = { certFile: certs.certFile, keyFile: certs.keyFile, caFile: certs.caFile };
  const own: EtcdFlags = {
    binary: findEtcdTool('etcd'),
    name,
    dataDir: join(directory, name),
    peerUrl,
    listenPeerUrl: peerUrl,
    clientUrl: `https://${address}:${clientPort}`,
    initialCluster: `${name}=${peerUrl}`,
    initialClusterState: 'new',
    clusterToken: 'test',
    heartbeatMs: 50,
    electionMs: 500,
    quotaBackendBytes: 64 * 1024 * 1024,
    peer: { ...files, allowedCn: TEST_CN },
    client: files,
  };
  return { ...own, ...flags?.(own) };
};
