/** The figures of a member, one component each, shared by table and cards. A figure that is not known is a dash that says so. */
import type { Member } from '@quorate/core/cluster/member';
import { Crown, ExternalLink } from 'lucide-react';
import type { ReactNode } from 'react';
import { memberLabel } from '../../components/member-label';
import { RelativeTime } from '../../components/time-text';
import { capitalise, formatBytes, formatCount, formatRoundTrip } from '../../lib/format';
import { CopyButton } from '../../ui/copy-button';

type FactProps = { readonly member: Member };

const Unknown = () => (
  <span className="text-faint">
    <span aria-hidden>–</span>
    <span className="sr-only">not known</span>
  </span>
);

/** Name, what is special about it, and its id. */
export const MemberIdentity = ({ member }: FactProps) => (
  <div className="flex flex-col">
    <span className="flex flex-wrap items-center gap-x-2 font-semibold sm:flex-nowrap sm:whitespace-nowrap">
      <span title={memberLabel(member)} className="max-w-56 truncate">
        {memberLabel(member)}
      </span>
      {member.isLeader && (
        <span className="inline-flex items-center gap-1 rounded-full bg-accent-soft px-1.5 py-px text-xs font-medium text-accent">
          <Crown aria-hidden className="size-3" />
          Leader
        </span>
      )}
      {member.isSelf && <span className="text-xs font-normal text-faint">this page</span>}
    </span>
    <span className="flex items-center gap-0.5 font-mono text-xs text-faint">
      {member.id}
      <CopyButton text={member.id} what={`member id of ${memberLabel(member)}`} />
    </span>
  </div>
);

export const MemberRoleText = ({ member }: FactProps) => <>{capitalise(member.role)}</>;

/** Entries behind the leader. */
export const MemberLag = ({ member }: FactProps): ReactNode => (member.lagEntries === null ? <Unknown /> : formatCount(member.lagEntries));

export const MemberAppliedIndex = ({ member }: FactProps): ReactNode => (member.raftAppliedIndex === null ? <Unknown /> : formatCount(member.raftAppliedIndex));

export const MemberDatabase = ({ member }: FactProps): ReactNode => (member.dbSizeBytes === null ? <Unknown /> : formatBytes(member.dbSizeBytes));

export const MemberVersions = ({ member }: FactProps) => (
  <span className="flex flex-col whitespace-nowrap">
    <span>etcd {member.etcdVersion ?? <Unknown />}</span>
    <span className="text-xs text-faint">quorate {member.quorateVersion ?? <Unknown />}</span>
  </span>
);

/** Peer URL, and where the member's own page is. */
export const MemberAddress = ({ member }: FactProps) => (
  <span className="flex flex-col">
    {member.peerUrls.length === 0 ? (
      <Unknown />
    ) : (
      member.peerUrls.map((url) => (
        <span key={url} className="font-mono text-xs leading-5 max-sm:break-all sm:whitespace-nowrap">
          {url}
        </span>
      ))
    )}
    {member.publicUrl !== null && !member.isSelf && (
      <a href={member.publicUrl} className="inline-flex items-center gap-1 self-start text-xs text-accent underline-offset-4 hover:underline">
        Page of {memberLabel(member)}
        <ExternalLink aria-hidden className="size-3" />
      </a>
    )}
  </span>
);

/** When the serving replica last heard of it, and how long that took. */
export const MemberContact = ({ member }: FactProps) => (
  <span className="flex flex-col items-start">
    {member.isSelf ? (
      <span className="text-soft">itself</span>
    ) : member.lastContactAt === null ? (
      <span className="text-faint">never</span>
    ) : (
      <RelativeTime at={member.lastContactAt} />
    )}
    {member.rttMs !== null && !member.isSelf && member.phase !== 'unreachable' && (
      <span className="text-xs text-faint tabular-nums">{formatRoundTrip(member.rttMs)}</span>
    )}
  </span>
);
