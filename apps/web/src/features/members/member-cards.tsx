import type { Member } from '@quorate/core/cluster/member';
import { JoinProgressView } from '../../components/join-progress';
import { memberLabel } from '../../components/member-label';
import { PhaseMark } from '../../components/phase-mark';
import { Button } from '../../ui/button';
import { Fact } from '../../ui/fact';
import { MemberAddress, MemberAppliedIndex, MemberContact, MemberDatabase, MemberIdentity, MemberLag, MemberRoleText, MemberVersions } from './member-facts';
import type { MemberListProps } from './member-table';

/** The members as cards, for screens where the table would not fit. */
export const MemberCards = ({ members, onRemove }: MemberListProps) => (
  <ul aria-label="Members" className="divide-y divide-line">
    {members.map((member) => (
      <MemberCard key={member.id} member={member} onRemove={onRemove} />
    ))}
  </ul>
);

const MemberCard = ({ member, onRemove }: { readonly member: Member; readonly onRemove: (member: Member) => void }) => (
  <li aria-label={memberLabel(member)} className="flex flex-col gap-3 px-4 py-3.5">
    <div className="flex items-start justify-between gap-3">
      <MemberIdentity member={member} />
      <PhaseMark member={member} />
    </div>
    {member.join && <JoinProgressView join={member.join} />}
    <dl className="grid grid-cols-2 gap-x-4 gap-y-2.5 tabular-nums">
      <Fact name="Role">
        <MemberRoleText member={member} />
      </Fact>
      <Fact name="Last contact">
        <MemberContact member={member} />
      </Fact>
      <Fact name="Lag, entries">
        <MemberLag member={member} />
      </Fact>
      <Fact name="Applied index">
        <MemberAppliedIndex member={member} />
      </Fact>
      <Fact name="Database">
        <MemberDatabase member={member} />
      </Fact>
      <Fact name="Versions">
        <MemberVersions member={member} />
      </Fact>
      <Fact name="Peer URL" wide>
        <MemberAddress member={member} />
      </Fact>
    </dl>
    <div className="-ml-2">
      <Button look="quiet-danger" size="small" aria-label={`Remove ${memberLabel(member)}…`} onClick={() => onRemove(member)}>
        Remove…
      </Button>
    </div>
  </li>
);
