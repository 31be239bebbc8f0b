/** The list of procedures: nouns, then verbs. Adding one: a file beside its siblings, a line here, `docs/reference/api.md`. */
import { clusterMembers } from './cluster/members';
import { previewRemoval } from './cluster/preview-removal';
import { removeMember } from './cluster/remove-member';
import { simulate } from './cluster/simulate';
import { clusterStatus } from './cluster/status';
import { watchCluster } from './cluster/watch';
import { listEvents } from './events/list';
import { t } from './init';
import { createJoinToken } from './join-tokens/create';
import { listJoinTokens } from './join-tokens/list';
import { revokeJoinToken } from './join-tokens/revoke';

export const appRouter = t.router({
  cluster: t.router({
    status: clusterStatus,
    watch: watchCluster,
    members: clusterMembers,
    previewRemoval,
    removeMember,
    simulate,
  }),
  joinTokens: t.router({ create: createJoinToken, list: listJoinTokens, revoke: revokeJoinToken }),
  events: t.router({ list: listEvents }),
});

/** All that the page and the client need to know, as a type. */
export type AppRouter = typeof appRouter;
