import type { Condition } from '@quorate/core/health/condition';
import { TextWithTimes } from '../../components/text-with-times';
import { beginSentence } from '../../lib/format';
import { Panel } from '../../ui/panel';
import { toneLooks } from '../../ui/tone';
import { ToneMark } from '../../ui/tone-mark';
import { severityVerdicts } from './severity';

const severityOrder = { critical: 0, warning: 1, info: 2 } as const;

/** What is wrong and what to do about it, the worst first; one quiet line while nothing is. */
export const ConditionsPanel = ({ conditions }: { readonly conditions: readonly Condition[] }) => {
  if (conditions.length === 0) return <NoConditions />;
  const sorted = [...conditions].sort((a, b) => severityOrder[a.severity] - severityOrder[b.severity]);
  return (
    <Panel title="Findings" note={sorted.length} flush>
      <ul aria-label="Findings" className={`grid gap-px overflow-hidden rounded-b-xl bg-line ${sorted.length > 1 ? 'lg:grid-cols-2' : ''}`}>
        {sorted.map((condition) => (
          <ConditionItem key={`${condition.code}-${condition.subject ?? ''}`} condition={condition} />
        ))}
      </ul>
    </Panel>
  );
};

const NoConditions = () => (
  <section aria-label="Findings" className="flex flex-wrap items-center gap-x-4 gap-y-1 rounded-xl border border-line bg-surface px-4 py-3 shadow-panel">
    <h2 className="text-sm font-semibold">Findings</h2>
    <ToneMark tone="ok">No findings</ToneMark>
    <p className="text-soft">Members, joins, disks, certificates and versions are as they should be.</p>
  </section>
);

const ConditionItem = ({ condition }: { readonly condition: Condition }) => {
  const verdict = severityVerdicts[condition.severity];
  const Icon = toneLooks[verdict.tone].icon;
  return (
    <li className="flex gap-3 bg-surface px-4 py-3.5 lg:only:col-span-full lg:odd:last:col-span-full">
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${toneLooks[verdict.tone].text}`} />
      <div className="flex min-w-0 grow flex-col gap-2">
        <div className="flex items-start justify-between gap-3">
          <h3 className="font-semibold">{condition.title}</h3>
          <ToneMark tone={verdict.tone} iconless pill>
            {verdict.words}
          </ToneMark>
        </div>
        <p className="max-w-3xl text-soft">{condition.why}</p>
        <dl className="grid max-w-3xl grid-cols-[auto_1fr] gap-x-3 gap-y-1.5">
          <dt className="text-faint">Seen</dt>
          <dd className="min-w-0 wrap-anywhere">
            <TextWithTimes text={beginSentence(condition.evidence)} />
          </dd>
          <dt className="text-faint">Do</dt>
          <dd className="min-w-0 font-medium wrap-anywhere">{condition.remedy}</dd>
        </dl>
      </div>
    </li>
  );
};
