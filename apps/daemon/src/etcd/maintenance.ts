/** What one member says about itself, and the hand-over of leadership. */
import type { Alarm, EtcdClient } from './api';
import { readCall, writeCall } from './call';
import { AlarmType, Maintenance } from './gen/rpc_pb';
import type { Transport } from './transport';

export const createMaintenance = (deps: { readonly transport: Pick<Transport, 'unary'> }): Pick<EtcdClient, 'status' | 'alarms' | 'moveLeader'> => ({
  // Not repeated: it is the probe by which others learn that etcd is away. Needs no leader.
  status: async (call) => {
    const answer = await deps.transport.unary(Maintenance.method.status, {}, readCall({ ...call, requireLeader: false }));
    return {
      version: answer.version,
      memberId: answer.header?.memberId ?? 0n,
      clusterId: answer.header?.clusterId ?? 0n,
      revision: answer.header?.revision ?? 0n,
      dbSizeBytes: answer.dbSize,
      dbInUseBytes: answer.dbSizeInUse,
      leaderId: answer.leader,
      raftIndex: answer.raftIndex,
      raftTerm: answer.raftTerm,
      raftAppliedIndex: answer.raftAppliedIndex,
      isLearner: answer.isLearner,
      errors: answer.errors,
    };
  },

  alarms: async (call) => {
    const answer = await deps.transport.unary(Maintenance.method.alarm, {}, readCall({ ...call, requireLeader: true }));
    return answer.alarms.flatMap(({ memberID, alarm }): Alarm[] => {
      if (alarm === AlarmType.NOSPACE) return [{ memberId: memberID, kind: 'NOSPACE' }];
      if (alarm === AlarmType.CORRUPT) return [{ memberId: memberID, kind: 'CORRUPT' }];
      return [];
    });
  },

  moveLeader: async (to, call) => {
    await deps.transport.unary(Maintenance.method.moveLeader, { targetID: to }, writeCall(call));
  },
});
