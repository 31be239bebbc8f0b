/**
 * Where replicas listen. Systems whose whole 127.0.0.0/8 is local (Linux) give each replica an address of its own with the default
 * ports; others (macOS) share 127.0.0.1 and get ports of their own.
 */
import { createServer } from 'node:net';

export type ReplicaAddress = {
  readonly host: string;
  readonly peerPort: number;
  readonly clientPort: number;
  readonly replicaPort: number;
  readonly publicPort: number;
  /** Host of the etcd client URL: always loopback, also when `host` is an address of a network namespace. */
  readonly clientHost: string;
};

export const DEFAULT_PORTS = { peer: 2380, client: 2379, replica: 8443, public: 8080 } as const;

/** Last octet of the first replica of a block. */
export const FIRST_HOST = 11;

/** Address number `index` of a block: 127.0.<block>.<first + index> with default ports, or 127.0.0.1 with own ports. */
export const replicaAddress = (range: { block: number; first: number; wholeLoopback: boolean }, index: number): ReplicaAddress => {
  if (range.wholeLoopback) {
    const host = `127.0.${range.block}.${range.first + index}`;
    return {
      host,
      clientHost: host,
      peerPort: DEFAULT_PORTS.peer,
      clientPort: DEFAULT_PORTS.client,
      replicaPort: DEFAULT_PORTS.replica,
      publicPort: DEFAULT_PORTS.public,
    };
  }
  // 40 ports for a block of ten replicas, in the registered range that no system hands out by itself.
  const base = 20_000 + range.block * 40 + index * 4;
  return { host: '127.0.0.1', clientHost: '127.0.0.1', peerPort: base, clientPort: base + 1, replicaPort: base + 2, publicPort: base + 3 };
};

/** Whether 127.0.0.x can be listened on without set-up. */
export const hasWholeLoopback = (): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.30', port: 0 }, () => server.close(() => resolve(true)));
  });

/** Whether nobody listens on the port. */
export const isPortFree = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });

/** The four listeners of a replica, for messages and checks. */
export const listenersOf = (address: ReplicaAddress): readonly { readonly host: string; readonly port: number; readonly what: string }[] => [
  { host: address.host, port: address.peerPort, what: 'etcd peer' },
  { host: address.clientHost, port: address.clientPort, what: 'etcd client' },
  { host: address.host, port: address.replicaPort, what: 'replica listener' },
  { host: address.host, port: address.publicPort, what: 'public listener' },
];

/** Distance between the block of a test file and the ones it turns to when somebody holds addresses of its own (another checkout, say). */
const SPARE_BLOCK_STEP = 64;

/** The block itself, or the first spare one with all listeners of `count` replicas free. Throws when none is. */
export const freeBlock = async (wanted: {
  readonly block: number;
  readonly first: number;
  readonly count: number;
  readonly wholeLoopback: boolean;
}): Promise<number> => {
  for (let block = wanted.block; block < 256; block += SPARE_BLOCK_STEP) {
    const listeners = Array.from({ length: wanted.count }, (_, index) => listenersOf(replicaAddress({ ...wanted, block }, index))).flat();
    const free = await Promise.all(listeners.map(({ host, port }) => isPortFree(host, port)));
    if (free.every(Boolean)) return block;
  }
  throw new Error(`the addresses of block ${wanted.block} and of its spare blocks are in use`);
};
