import type { Member } from '@quorate/core/cluster/member';
import { JoinProgressView } from '../../components/join-progress';
import { memberLabel } from '../../components/member-label';
import { PhaseMark } from '../../components/phase-mark';
import { Button } from '../../ui/button';
import { Cell, Head, RowHead, Table } from '../../ui/table';
import { MemberAddress, MemberAppliedIndex, MemberContact, MemberDatabase, MemberIdentity, MemberLag, MemberRoleText, MemberVersions } from './member-facts';

export type MemberListProps = { readonly members: readonly Member[]; readonly onRemove: (member: Member) => void };

/** The members, one row each. */
export const MemberTable = ({ members, onRemove }: MemberListProps) => (
  <Table
    label="Members"
    head={
      <>
        <Head>Member</Head>
        <Head>Role</Head>
        <Head>State</Head>
        <Head align="right">Lag, entries</Head>
        <Head align="right">Applied index</Head>
        <Head align="right">Database</Head>
        <Head>Versions</Head>
        <Head>Peer URL</Head>
        <Head>Last contact</Head>
        <Head>
          <span className="sr-only">Actions</span>
        </Head>
      </>
    }
  >
    {members.map((member) => (
      <MemberRow key={member.id} member={member} onRemove={onRemove} />
    ))}
  </Table>
);

const MemberRow = ({ member, onRemove }: { readonly member: Member; readonly onRemove: (member: Member) => void }) => (
  <tr aria-label={memberLabel(member)} className="hover:bg-raised/50">
    <RowHead>
      <MemberIdentity member={member} />
    </RowHead>
    <Cell>
      <MemberRoleText member={member} />
    </Cell>
    <Cell>
      <div className={`flex flex-col gap-1.5 ${member.join ? 'w-52' : ''}`}>
        <PhaseMark member={member} />
        {member.join && <JoinProgressView join={member.join} />}
      </div>
    </Cell>
    <Cell align="right">
      <MemberLag member={member} />
    </Cell>
    <Cell align="right">
      <MemberAppliedIndex member={member} />
    </Cell>
    <Cell align="right">
      <MemberDatabase member={member} />
    </Cell>
    <Cell>
      <MemberVersions member={member} />
    </Cell>
    <Cell>
      <MemberAddress member={member} />
    </Cell>
    <Cell>
      <MemberContact member={member} />
    </Cell>
    <Cell align="right">
      <div className="-my-1">
        <Button look="quiet-danger" size="small" aria-label={`Remove ${memberLabel(member)}…`} onClick={() => onRemove(member)}>
          Remove…
        </Button>
      </div>
    </Cell>
  </tr>
);
