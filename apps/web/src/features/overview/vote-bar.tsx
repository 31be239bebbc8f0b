import type { QuorumReport } from '@quorate/core/api/cluster';
import { Fragment } from 'react';

/** The votes as a row: filled ones can be had, and the mark stands behind the last that is needed. The figures below say the same. */
export const VoteBar = ({ quorum }: { readonly quorum: QuorumReport }) => (
  <div className="flex flex-col gap-2.5">
    <div aria-hidden="true" className="flex items-center gap-1">
      {Array.from({ length: quorum.voters }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: votes have no identity, only a count
        <Fragment key={index}>
          <div className={`h-3 grow rounded-sm border ${voteLook(quorum, index)}`} />
          {index === quorum.needed - 1 && <div className="h-6 w-0.5 shrink-0 rounded-full bg-ink" />}
        </Fragment>
      ))}
    </div>
    <dl className="flex flex-wrap gap-x-6 gap-y-1 text-sm">
      <Figure name={quorum.voters === 1 ? 'voter' : 'voters'} value={quorum.voters} />
      <Figure name="needed to write" value={quorum.needed} />
      <Figure name="reachable" value={quorum.reachable} />
    </dl>
  </div>
);

const voteLook = (quorum: QuorumReport, index: number): string => {
  if (index >= quorum.reachable) return 'border-dashed border-critical bg-critical-soft';
  return quorum.hasQuorum ? 'border-transparent bg-accent' : 'border-transparent bg-critical';
};

const Figure = ({ name, value }: { readonly name: string; readonly value: number }) => (
  <div className="flex flex-row-reverse items-baseline gap-1.5">
    <dt className="text-soft">{name}</dt>
    <dd className="text-base font-semibold tabular-nums">{value}</dd>
  </div>
);
