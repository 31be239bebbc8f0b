/** Leases: etcd's own clocks. Keeping one alive is a loop of the caller's. */
import { AppError } from '@quorate/core/errors/app-error';
import type { EtcdClient } from './api';
import { writeCall } from './call';
import { Lease } from './gen/rpc_pb';
import type { Transport } from './transport';

export const createLeases = (deps: { readonly transport: Transport }): Pick<EtcdClient, 'leaseGrant' | 'leaseKeepAliveOnce' | 'leaseRevoke'> => ({
  leaseGrant: async (ttlSeconds, call) => (await deps.transport.unary(Lease.method.leaseGrant, { TTL: BigInt(ttlSeconds) }, writeCall(call))).ID,

  leaseKeepAliveOnce: async (lease, call) => {
    const stream = deps.transport.stream(Lease.method.leaseKeepAlive, writeCall(call));
    stream.send({ ID: lease });
    for await (const answer of stream.messages) return { ttlSeconds: Number(answer.TTL) };
    throw new AppError('ETCD_UNAVAILABLE', { message: 'etcd ended the keep-alive without an answer', data: { outcome: 'unknown' } });
  },

  leaseRevoke: async (lease, call) => {
    await deps.transport.unary(Lease.method.leaseRevoke, { ID: lease }, writeCall(call));
  },
});
