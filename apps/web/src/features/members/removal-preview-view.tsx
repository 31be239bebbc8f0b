import type { QuorumReport, RemovalPreview } from '@quorate/core/api/cluster';
import { ArrowRight } from 'lucide-react';
import { capitalise } from '../../lib/format';
import type { Tone } from '../../ui/tone';
import { ToneMark } from '../../ui/tone-mark';

const verdicts = {
  safe: { tone: 'ok', words: 'Safe' },
  unsafe: { tone: 'warning', words: 'Unsafe' },
  refused: { tone: 'critical', words: 'Refused' },
} as const satisfies Record<RemovalPreview['verdict'], { readonly tone: Tone; readonly words: string }>;

/** Tolerance before and after, the verdict, and what will be true afterwards: all as the daemon says it. */
export const RemovalPreviewView = ({ preview }: { readonly preview: RemovalPreview }) => {
  const verdict = verdicts[preview.verdict];
  return (
    <div className="flex flex-col gap-4">
      <div className="grid grid-cols-[1fr_auto_1fr] items-center gap-3">
        <Tolerance name="Now" report={preview.before} />
        <ArrowRight aria-hidden className="size-4 text-faint" />
        <Tolerance name="Afterwards" report={preview.after} />
      </div>
      <div className="flex flex-col gap-2">
        <div role="status" aria-label="Verdict">
          <ToneMark tone={verdict.tone} pill>
            {verdict.words}
          </ToneMark>
        </div>
        <ul aria-label="Consequences" className="flex list-disc flex-col gap-1 pl-4 marker:text-faint">
          {preview.consequences.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </div>
    </div>
  );
};

const Tolerance = ({ name, report }: { readonly name: string; readonly report: QuorumReport }) => (
  <div role="group" aria-label={`Tolerance ${name.toLowerCase()}`} className="flex h-full flex-col rounded-lg border border-line bg-raised px-3 py-2.5">
    <span className="text-xs text-faint">{name}</span>
    <span className="text-2xl font-semibold tabular-nums">{report.toleranceNow}</span>
    <span className="font-medium">{capitalise(report.words)}</span>
    <span className="text-xs text-soft">
      {report.reachable} of {report.voters} voters up, {report.needed} needed
    </span>
  </div>
);
