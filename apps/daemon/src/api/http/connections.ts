import type http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';

/** The open connections of a server, for a close that neither cuts an answer nor waits for browsers that opened one in advance. */
export type Connections = {
  /** Closes all that carry no request, those that never did included (Node's own `close` waits for these), and each other one after its answer. */
  readonly drain: () => void;
  /** Cuts everything, half-made TLS connections included. */
  readonly destroy: () => void;
};

/** Follows the connections of a server from now on. */
export const trackConnections = (server: http.Server): Connections => {
  /** As accepted; of TLS the raw ones. */
  const accepted = new Set<Socket>();
  /** That may carry requests; of TLS the established ones. */
  const ready = new Set<Socket>();
  const busy = new Set<Socket>();
  let isDraining = false;
  const follow = (sockets: Set<Socket>) => (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  server.on('connection', follow(accepted));
  server.on(server instanceof https.Server ? 'secureConnection' : 'connection', follow(ready));
  server.on('request', ({ socket }, response) => {
    busy.add(socket);
    response.once('close', () => {
      busy.delete(socket);
      if (isDraining) socket.destroySoon();
    });
  });
  return Object.freeze({
    drain: () => {
      isDraining = true;
      for (const socket of ready) if (!busy.has(socket)) socket.destroy();
    },
    destroy: () => {
      for (const socket of [...ready, ...accepted]) socket.destroy();
    },
  });
};
