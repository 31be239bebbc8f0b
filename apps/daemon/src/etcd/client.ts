/**
 * The hands of the daemon on its own etcd member: one connection, to one member, over mutual TLS.
 *
 * Owns deadlines, the meaning of failures, and the resumption of watches. Never retries a write, never decides anything,
 * never talks to another member: a replica speaks for its own etcd alone.
 */
import type { EtcdClient } from './api';
import { createGrpcTransport, type GrpcTransportOptions } from './grpc-transport';
import { createKv } from './kv';
import { createLeases } from './lease';
import { createMaintenance } from './maintenance';
import { createMembers } from './members';
import { createWatch } from './watch';

/** Connects at the first call. `close` ends every open call and watch with AppError ETCD_UNAVAILABLE. */
export const createEtcdClient = (options: GrpcTransportOptions): EtcdClient => {
  const transport = createGrpcTransport(options);
  return Object.freeze({
    ...createKv({ transport }),
    ...createLeases({ transport }),
    ...createMembers({ transport }),
    ...createMaintenance({ transport }),
    watch: createWatch({ transport }),
    close: transport.close,
  });
};
