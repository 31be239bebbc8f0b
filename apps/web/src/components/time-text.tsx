'use client';

import { formatRelative, formatShortTime, formatTimestamp } from '../lib/format';
import { usePreference } from '../lib/preference';
import { timeZonePreference } from '../lib/time-zone';
import { Tooltip } from '../ui/tooltip';
import { useNow } from './clock';

type TimeProps = { /** ISO 8601. */ readonly at: string };

/** A point in time in the chosen zone: the time for today, with its date otherwise; whole in its title. */
export const TimeText = ({ at }: TimeProps) => {
  const zone = usePreference(timeZonePreference);
  const now = useNow();
  const atMs = Date.parse(at);
  return (
    <time dateTime={at} title={bothZones(atMs)} className="whitespace-nowrap tabular-nums">
      {formatShortTime(atMs, now, zone)}
    </time>
  );
};

/** How long ago (or how soon) something is; on hover and on focus the time in both zones. */
export const RelativeTime = ({ at }: TimeProps) => {
  const now = useNow();
  const atMs = Date.parse(at);
  return (
    <Tooltip text={<BothZones atMs={atMs} />}>
      <button
        type="button"
        aria-label={`${formatRelative(atMs, now)}: ${bothZones(atMs)}`}
        className="rounded-sm text-left whitespace-nowrap tabular-nums decoration-field decoration-dotted underline-offset-4 hover:underline"
      >
        <time dateTime={at}>{formatRelative(atMs, now)}</time>
      </button>
    </Tooltip>
  );
};

const BothZones = ({ atMs }: { readonly atMs: number }) => (
  <span className="flex flex-col tabular-nums">
    <span>{formatTimestamp(atMs, 'local')} (local)</span>
    <span>{formatTimestamp(atMs, 'utc')}</span>
  </span>
);

const bothZones = (atMs: number): string => `${formatTimestamp(atMs, 'local')} (local), ${formatTimestamp(atMs, 'utc')}`;
