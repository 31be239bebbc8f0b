/**
 * The member list and its changes, one call each. What change is wise is decided in services/membership.
 *
 * raft drops a change that is proposed while the one before it is still being applied, and a change whose leader goes away (also
 * because it is the member that was just removed) is lost with it: in both cases nobody answers and the call ends with TIMEOUT.
 * The caller looks at the member list again and decides anew.
 */
import { AppError } from '@quorate/core/errors/app-error';
import type { EtcdClient, EtcdMember } from './api';
import { readCall, retryRead, writeCall } from './call';
import { isEtcdFailure } from './errors';
import { Cluster, type Member } from './gen/rpc_pb';
import type { Transport } from './transport';

type Members = Pick<EtcdClient, 'memberList' | 'memberAddLearner' | 'memberPromote' | 'memberRemove' | 'memberUpdate'>;

export const createMembers = (deps: { readonly transport: Pick<Transport, 'unary'> }): Members => ({
  memberList: async (call = {}) => {
    const linearizable = call.linearizable ?? true;
    const answer = await retryRead(readCall({ ...call, requireLeader: linearizable }), (attempt) =>
      deps.transport.unary(Cluster.method.memberList, { linearizable }, attempt),
    );
    return answer.members.map(toMember);
  },

  memberAddLearner: async (peerUrl, call) => {
    const answer = await deps.transport.unary(Cluster.method.memberAdd, { peerURLs: [peerUrl], isLearner: true }, writeCall(call));
    if (!answer.member) throw new AppError('INTERNAL', { message: 'etcd added a member without naming it' });
    return toMember(answer.member);
  },

  memberPromote: async (id, call) => {
    try {
      await deps.transport.unary(Cluster.method.memberPromote, { ID: id }, writeCall(call));
      return true;
    } catch (error) {
      if (isEtcdFailure(error, 'learner-behind')) return false;
      // Every voter runs the promotion loop: another one was faster, and the member is what was asked for.
      if (isEtcdFailure(error, 'not-a-learner')) return true;
      throw error;
    }
  },

  memberRemove: async (id, call) => {
    await deps.transport.unary(Cluster.method.memberRemove, { ID: id }, writeCall(call));
  },

  memberUpdate: async (id, peerUrl, call) => {
    await deps.transport.unary(Cluster.method.memberUpdate, { ID: id, peerURLs: [peerUrl] }, writeCall(call));
  },
});

const toMember = (member: Member): EtcdMember => ({
  id: member.ID,
  name: member.name,
  peerUrls: member.peerURLs,
  clientUrls: member.clientURLs,
  isLearner: member.isLearner,
});
