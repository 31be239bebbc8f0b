/** What this host holds before a join: an earlier join that goes on, or data of a cluster it belongs to. */
import { AppError } from '@quorate/core/errors/app-error';
import type { ReplicaPaths } from '../../config/paths';
import { toInstallPaths } from '../../main/host';
import { readMemberCache } from '../../services/health/member-cache';
import { readPendingJoin } from '../../services/join/join-host';
import { type JoinerState, readJoinerState } from '../../services/join/joiner-state';
import { readIdentity } from '../../services/supervisor/identity';

/** What an earlier run left. An undo that was interrupted is finished by whoever starts first: the daemon, or this command when it is down. */
export const readEarlierJoin = async (paths: ReplicaPaths, isDaemonRunning: boolean): Promise<JoinerState | null> => {
  if (!isDaemonRunning) return readPendingJoin(toInstallPaths(paths));
  const found = await readJoinerState(paths.dataDir);
  if (found?.phase !== 'undoing' && found?.phase !== 'restoring') return found;
  throw new AppError('CONFLICT', { message: 'quorated is taking an earlier join of this host back', hint: 'Run the same command again in a moment.' });
};

/** A host that belongs to a cluster of several members is not taken from it by accident. */
export const refuseLocalData = async (paths: ReplicaPaths, options: { readonly force?: boolean }): Promise<void> => {
  const identity = await readIdentity(paths.dataDir);
  if (identity === null || options.force) return;
  const others = (await readMemberCache(paths.dataDir)).filter((member) => member.name !== identity.memberName);
  if (others.length === 0) return;
  throw new AppError('JOIN_LOCAL_DATA', {
    message: `this host is ${identity.memberName} of cluster ${identity.clusterId}, together with ${others.map((member) => member.name || member.id).join(', ')}`,
    data: { clusterId: identity.clusterId, memberName: identity.memberName },
  });
};
