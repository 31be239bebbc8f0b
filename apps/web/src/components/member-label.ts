import type { Member } from '@quorate/core/cluster/member';

/** What people call a member: its name, or its id while it has none. */
export const memberLabel = (member: Pick<Member, 'id' | 'name'>): string => (member.name === '' ? member.id : member.name);

/** Members in the order in which people count them: r2 before r10; nameless ones last. */
export const sortMembers = (members: readonly Member[]): Member[] =>
  [...members].sort(
    (a, b) => Number(a.name === '') - Number(b.name === '') || a.name.localeCompare(b.name, 'en', { numeric: true }) || a.id.localeCompare(b.id),
  );
