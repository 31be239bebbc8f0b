import type { ClusterStatus, QuorumReport } from '@quorate/core/api/cluster';
import { memberLabel } from '../../components/member-label';
import { TimeText } from '../../components/time-text';
import { capitalise, formatPlural, formatShortId } from '../../lib/format';
import { CopyButton } from '../../ui/copy-button';
import { ToneMark } from '../../ui/tone-mark';
import { judgeTolerance } from './severity';
import { VoteBar } from './vote-bar';

/** The first thing to read: what this cluster survives, in words, then in figures. */
export const TolerancePanel = ({ status, isStale }: { readonly status: ClusterStatus; readonly isStale: boolean }) => {
  const { quorum } = status;
  const verdict = judgeTolerance(quorum);
  return (
    <section aria-label="Tolerance" className="flex flex-col gap-5 rounded-xl border border-line bg-surface p-5 shadow-panel">
      <div className="flex flex-col items-start gap-2.5">
        <ToneMark tone={isStale ? 'neutral' : verdict.tone} pill>
          {verdict.words}
          {isStale && (
            <span>
              as of <TimeText at={status.observedAt} />
            </span>
          )}
        </ToneMark>
        <h1 className="text-2xl leading-tight font-semibold tracking-tight text-balance sm:text-[1.75rem]">{capitalise(quorum.words)}</h1>
        <p className="max-w-prose text-soft">{explainTolerance(quorum)}</p>
      </div>
      <VoteBar quorum={quorum} />
      <ClusterFacts status={status} />
    </section>
  );
};

const explainTolerance = (quorum: QuorumReport): string => {
  const { voters, needed, reachable, toleranceNow, toleranceNominal } = quorum;
  if (!quorum.hasQuorum)
    return `A write needs ${formatPlural(needed, 'vote')} of ${voters}, and only ${reachable} can be had. Reads may be old; nothing is lost while the disks are safe.`;
  if (voters === 1) return 'There is one copy of the data. With three replicas the cluster survives the loss of any one of them.';
  const missing = voters - reachable;
  if (missing > 0)
    return `${formatPlural(missing, 'voter')} cannot be reached. With ${missing === 1 ? 'it' : 'all of them'} back the cluster survives ${formatPlural(toleranceNominal, 'failure')}.`;
  if (toleranceNow === 0) return `All voters are up, but ${needed} of ${voters} votes are needed to write. A third replica makes it survive one failure.`;
  return `All voters are up. Writes go on while at least ${needed} of ${voters} can reach each other.`;
};

const ClusterFacts = ({ status }: { readonly status: ClusterStatus }) => {
  const leader = status.members.find((member) => member.id === status.leaderId);
  return (
    <dl className="mt-auto grid grid-cols-2 gap-x-6 gap-y-2 border-t border-line pt-4 text-xs sm:flex sm:flex-wrap">
      <Fact name="Leader">{leader ? memberLabel(leader) : 'none'}</Fact>
      <Fact name="Raft term">{status.raftTerm}</Fact>
      <Fact name="Generation">{status.generation}</Fact>
      <div className="flex flex-col gap-0.5">
        <dt className="text-faint">CA fingerprint</dt>
        <dd className="-my-1 flex items-center gap-0.5 font-mono">
          <span title={status.caFingerprint}>{formatShortId(status.caFingerprint.replace(/^sha256:/, ''))}</span>
          <CopyButton text={status.caFingerprint} what="CA fingerprint" />
        </dd>
      </div>
    </dl>
  );
};

const Fact = ({ name, children }: { readonly name: string; readonly children: string | number }) => (
  <div className="flex flex-col gap-0.5">
    <dt className="text-faint">{name}</dt>
    <dd className="font-medium tabular-nums">{children}</dd>
  </div>
);
