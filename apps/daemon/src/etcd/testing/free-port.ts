import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports that nobody listens on at this address now. Held open together, so they differ. */
export const freePorts = async (address: string, count: number): Promise<number[]> => {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, address);
    await once(server, 'listening');
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port');
    ports.push(bound.port);
  }
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
};
