import type { ApiFailure } from '../lib/api-failure';
import { CopyButton } from '../ui/copy-button';
import { Notice } from '../ui/notice';

type FailureNoticeProps = {
  readonly failure: ApiFailure;
  /** What did not succeed: "The events could not be read". */
  readonly what: string;
  /** `critical` for something the reader asked for; `warning` for a part of the page that could not be read. */
  readonly tone?: 'critical' | 'warning';
  /** What to do, where the page knows better than the answer did. */
  readonly hint?: string | null;
};

/** An error where it happened: what, why, what to do, and the numbers to quote. */
export const FailureNotice = ({ failure, what, tone = 'critical', hint = null }: FailureNoticeProps) => (
  <Notice tone={tone} role={tone === 'critical' ? 'alert' : 'status'} title={what}>
    <p>
      {failure.message} <span className="text-soft">{hint ?? failure.hint}</span>
    </p>
    <FailureFacts failure={failure} />
  </Notice>
);

/** Code and request id, for a search and for a bug report. */
export const FailureFacts = ({ failure }: { readonly failure: ApiFailure }) => (
  <p className="flex flex-wrap items-center gap-x-3 font-mono text-xs text-soft">
    <span>{failure.code}</span>
    {failure.requestId !== '' && (
      <span className="inline-flex items-center gap-1">
        request {failure.requestId}
        <CopyButton text={failure.requestId} what="request id" />
      </span>
    )}
  </p>
);
