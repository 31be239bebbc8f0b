'use client';

import type { ClusterStatus } from '@quorate/core/api/cluster';
import type { Member } from '@quorate/core/cluster/member';
import { type ReactNode, Suspense, useState } from 'react';
import { sortMembers } from '../../components/member-label';
import { formatPlural } from '../../lib/format';
import { createLazyPart, usePreload } from '../../lib/lazy-part';
import { NARROW, useMediaQuery } from '../../lib/use-media-query';
import { Panel } from '../../ui/panel';
import { MemberCards } from './member-cards';
import { MemberTable } from './member-table';
import { MEMBERS_ANCHOR } from './members-anchor';

const removeMemberDialog = createLazyPart(() => import('./remove-member-dialog').then((file) => file.RemoveMemberDialog));

type MembersPanelProps = { readonly status: ClusterStatus; readonly actions: ReactNode };

/** Every member with every figure: a table, or cards where a table would not fit. */
export const MembersPanel = ({ status, actions }: MembersPanelProps) => {
  const isNarrow = useMediaQuery(NARROW);
  // The member as it was when the dialog opened: the dialog outlives the row, which goes when the removal succeeds.
  const [removing, setRemoving] = useState<Member | null>(null);
  usePreload(removeMemberDialog);
  const members = sortMembers(status.members);
  const List = isNarrow ? MemberCards : MemberTable;
  return (
    <Panel id={MEMBERS_ANCHOR} title="Members" note={describeMembers(members)} actions={actions} flush>
      <List members={members} onRemove={setRemoving} />
      <Suspense>{removing && <removeMemberDialog.Part key={removing.id} member={removing} onClose={() => setRemoving(null)} />}</Suspense>
    </Panel>
  );
};

const describeMembers = (members: readonly Member[]): string => {
  const learners = members.filter((member) => member.role === 'learner').length;
  const voters = formatPlural(members.length - learners, 'voter');
  return learners === 0 ? voters : `${voters}, ${formatPlural(learners, 'learner')}`;
};
