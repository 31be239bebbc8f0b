import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export type TcpProxy = {
  /** https://… of the proxy, to use in place of the member's. */
  readonly url: string;
  /** Breaks all connections now. */
  readonly cut: () => void;
  /** Breaks the next connections, one after the other, each after so many bytes from the server. */
  readonly cutAfter: (bytes: readonly number[]) => void;
  /** While on, what the server says is dropped and connections stay open. */
  readonly mute: (on: boolean) => void;
  /** Connections taken so far. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
};

/** A wire between a client and a member that can be damaged. It passes TLS through unread. */
export const startTcpProxy = async (targetUrl: string, address: string): Promise<TcpProxy> => {
  const { hostname, port } = new URL(targetUrl);
  const open = new Set<Socket>();
  let limits: number[] = [];
  let muted = false;
  let connections = 0;

  const server = createServer((near) => {
    connections += 1;
    const far = connect(Number(port), hostname);
    let left = limits.shift() ?? Number.POSITIVE_INFINITY;
    const end = () => {
      for (const socket of [near, far]) {
        socket.destroy();
        open.delete(socket);
      }
    };
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', end);
      socket.on('close', end);
    }
    near.on('data', (data) => far.write(data));
    far.on('data', (data) => {
      if (muted) return;
      left -= data.length;
      near.write(data);
      if (left <= 0) end();
    });
  });
  server.listen(0, address);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port');
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `https://${address}:${bound.port}`,
    cut,
    cutAfter: (bytes) => {
      limits = [...bytes];
    },
    mute: (on) => {
      muted = on;
    },
    connections: () => connections,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
};
