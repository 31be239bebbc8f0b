import { createLazyPart } from '../../lib/lazy-part';

/** Both dialogs of this room come after the first paint. */
export const addReplicaDialog = createLazyPart(() => import('./add-replica-dialog').then((file) => file.AddReplicaDialog));
export const revokeTokenDialog = createLazyPart(() => import('./revoke-token-dialog').then((file) => file.RevokeTokenDialog));
