'use client';

import type { ClusterStatus } from '@quorate/core/api/cluster';
import { FailureFacts } from '../../components/failure-notice';
import { memberLabel } from '../../components/member-label';
import { TimeText } from '../../components/time-text';
import type { ApiFailure } from '../../lib/api-failure';
import { formatList, formatPlural } from '../../lib/format';
import { Notice } from '../../ui/notice';

/** Writes are refused, and why; nothing while there is a quorum. */
export const QuorumBanner = ({ status }: { readonly status: ClusterStatus }) => {
  if (status.quorum.hasQuorum) return null;
  const { voters, needed, reachable } = status.quorum;
  const down = status.members.filter((member) => member.role === 'voter' && member.phase !== 'ready').map(memberLabel);
  return (
    <Notice tone="critical" role="alert" title="No quorum: every write is refused">
      <p>
        {formatPlural(reachable, 'voter')} of {voters} can be reached and {needed} are needed. This page shows what {status.servedBy.name} knows; reads may be
        old.{' '}
        {down.length > 0 &&
          `Start ${formatList(down, down.length > needed - reachable ? 'or' : 'and')}: writes return as soon as ${formatPlural(needed - reachable, 'more voter')} ${needed - reachable === 1 ? 'is' : 'are'} back.`}
      </p>
    </Notice>
  );
};

type StaleBannerProps = { readonly status: ClusterStatus; readonly failure: ApiFailure | null };

/** What is shown is no longer current: since when, why, and where else to look. */
export const StaleBanner = ({ status, failure }: StaleBannerProps) => {
  const others = status.members.filter((member) => !member.isSelf && member.publicUrl !== null);
  return (
    <Notice
      tone="warning"
      role="alert"
      title={
        <>
          Not current: as of <TimeText at={status.observedAt} />
        </>
      }
    >
      <p>
        {failure ? `${failure.message} ${failure.hint}` : `${status.servedBy.name} has stopped sending.`} The page keeps trying.
        {others.length > 0 && ' The same page is on: '}
        {others.map((member, index) => (
          <span key={member.id}>
            {index > 0 && ', '}
            <a href={member.publicUrl ?? undefined} className="font-medium text-accent underline underline-offset-4">
              {memberLabel(member)}
            </a>
          </span>
        ))}
      </p>
      {failure && <FailureFacts failure={failure} />}
    </Notice>
  );
};
