import type { EventType } from '@quorate/core/events/event';
import { ArrowUpFromLine, Ban, Crown, KeyRound, type LucideIcon, Play, Sparkles, Undo2, UserMinus, UserPlus, UserX } from 'lucide-react';

/** The sentence of an event is `before`, its subject, `after`. */
type EventLook = { readonly icon: LucideIcon; readonly before?: string; readonly after: string };

/** How each kind of event is told. */
export const eventLooks: Readonly<Record<EventType, EventLook>> = {
  'cluster.created': { icon: Sparkles, before: 'Cluster', after: 'was created' },
  'token.created': { icon: KeyRound, before: 'Join token', after: 'was created' },
  'token.revoked': { icon: Ban, before: 'Join token', after: 'was revoked' },
  'join.admitted': { icon: UserPlus, after: 'was admitted' },
  'join.undone': { icon: Undo2, before: 'The join of', after: 'was undone' },
  'member.promoted': { icon: ArrowUpFromLine, after: 'became a voter' },
  'member.removed': { icon: UserMinus, after: 'was removed' },
  'learner.evicted': { icon: UserX, before: 'Learner', after: 'was removed' },
  'leader.changed': { icon: Crown, after: 'became the leader' },
  'replica.started': { icon: Play, after: 'started' },
};
