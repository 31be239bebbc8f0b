/**
 * Figures, times and names as text. Pure, in English, and the same everywhere: the language of the browser changes nothing, so that two people
 * who look at the same cluster read the same words.
 */
import type { TimeZone } from './time-zone';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const BYTE_UNITS = ['KiB', 'MiB', 'GiB', 'TiB'] as const;

/** 0 → "0 B", 1536 → "1.5 KiB", 25165824 → "24 MiB": three significant digits, binary units. */
export const formatBytes = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes;
  let unit = -1;
  while (unit < 0 || (Math.round(value) >= 1024 && unit < BYTE_UNITS.length - 1)) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0))} ${BYTE_UNITS[unit]}`;
};

/** Groups digits with a narrow no-break space: 1234567 → "1 234 567". Takes text too, because Raft indexes exceed 2^53. */
export const formatCount = (count: number | string): string => String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');

/** 0.42 → "0.4 ms", 12.3 → "12 ms", 1840 → "1.8 s". */
export const formatRoundTrip = (ms: number): string => {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(1)} s`;
};

/** A span of time in its one telling unit: 40 s, 3 min, 2 h, 4 d. Seconds from 10 up go in steps of 5, so that a page does not flicker. */
export const formatSpan = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 10) return `${seconds} s`;
  if (ms < MINUTE_MS) return `${Math.min(55, Math.round(seconds / 5) * 5)} s`;
  if (ms < HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  if (ms < 2 * DAY_MS) return `${Math.round(ms / HOUR_MS)} h`;
  return `${Math.round(ms / DAY_MS)} d`;
};

/** "just now", "20 s ago", "3 min ago"; for the future "in 3 min". */
export const formatRelative = (atMs: number, nowMs: number): string => {
  const age = nowMs - atMs;
  if (Math.abs(age) < 10_000) return 'just now';
  return age > 0 ? `${formatSpan(age)} ago` : `in ${formatSpan(-age)}`;
};

/** 2026-11-21 14:03:22 with the zone behind it: "UTC" or the offset, such as "UTC+1". */
export const formatTimestamp = (atMs: number, zone: TimeZone): string => `${formatDate(atMs, zone)} ${formatClock(atMs, zone)} ${zoneLabel(atMs, zone)}`;

/** 14:03:22. */
export const formatClock = (atMs: number, zone: TimeZone): string => wallClock(atMs, zone).slice(11, 19);

/** 2026-11-21. */
export const formatDate = (atMs: number, zone: TimeZone): string => wallClock(atMs, zone).slice(0, 10);

/** The time alone for today, the date before it for any other day. */
export const formatShortTime = (atMs: number, nowMs: number, zone: TimeZone): string =>
  formatDate(atMs, zone) === formatDate(nowMs, zone) ? formatClock(atMs, zone) : `${formatDate(atMs, zone)} ${formatClock(atMs, zone)}`;

/** The first and last digits of a long id, enough to tell two apart: "8e9e05c5…91d2". */
export const formatShortId = (id: string): string => (id.length <= 14 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`);

/** "1 replica", "3 replicas". */
export const formatPlural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** First letter upper case, the rest as it is. */
export const capitalise = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** Begins a sentence with a capital, unless its first word is a name that keeps its form: etcd, quorated, r3, --force. */
export const beginSentence = (text: string): string => {
  const [first = ''] = text.split(' ');
  return !/^[a-z]+[,:]?$/.test(first) || /^(etcd|quorated?)\b/.test(first) ? text : capitalise(text);
};

/** "r1", "r1 and r2", "r1, r2 and r3"; or with "or". */
export const formatList = (items: readonly string[], conjunction: 'and' | 'or' = 'and'): string => {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${conjunction} ${items[items.length - 1]}`;
};

const wallClock = (atMs: number, zone: TimeZone): string => {
  const shiftMs = zone === 'utc' ? 0 : new Date(atMs).getTimezoneOffset() * MINUTE_MS;
  return new Date(atMs - shiftMs).toISOString();
};

const zoneLabel = (atMs: number, zone: TimeZone): string => {
  if (zone === 'utc') return 'UTC';
  const minutes = -new Date(atMs).getTimezoneOffset();
  if (minutes === 0) return 'UTC+0';
  const whole = Math.trunc(Math.abs(minutes) / 60);
  const part = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? '−' : '+'}${whole}${part === 0 ? '' : `:${String(part).padStart(2, '0')}`}`;
};
