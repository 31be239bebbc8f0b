import type { QuorumReport } from '@quorate/core/api/cluster';
import type { Severity } from '@quorate/core/health/condition';
import type { Tone } from '../../ui/tone';

export type Verdict = { readonly tone: Tone; readonly words: string };

/** How the tolerance of the cluster is to be taken, in one or two words. */
export const judgeTolerance = (quorum: QuorumReport): Verdict => {
  if (!quorum.hasQuorum) return { tone: 'critical', words: 'No quorum' };
  if (quorum.voters === 1) return { tone: 'warning', words: 'No redundancy' };
  if (quorum.toleranceNow === 0) return { tone: 'warning', words: 'At risk' };
  if (quorum.toleranceNow < quorum.toleranceNominal) return { tone: 'warning', words: 'Degraded' };
  return { tone: 'ok', words: 'Healthy' };
};

/** How the severity of a finding is told. */
export const severityVerdicts = {
  critical: { tone: 'critical', words: 'Critical' },
  warning: { tone: 'warning', words: 'Warning' },
  info: { tone: 'info', words: 'Note' },
} as const satisfies Record<Severity, Verdict>;
