/** Figures as people read them. Pure. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** 1536 → "1.5 KiB". */
export const bytes = (count: number): string => {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit] ?? 'B'}`;
};

/** Seconds in at most two units: 75 → "1 min 15 s". */
export const seconds = (count: number): string => {
  const whole = Math.max(0, Math.round(count));
  const large = TIME_UNITS.find(({ size }) => whole >= size);
  if (large === undefined) return `${whole} s`;
  const rest = Math.floor((whole % large.size) / large.restSize);
  return `${Math.floor(whole / large.size)} ${large.name}${rest === 0 ? '' : ` ${rest} ${large.restName}`}`;
};

const TIME_UNITS = [
  { name: 'd', size: 86_400, restName: 'h', restSize: 3_600 },
  { name: 'h', size: 3_600, restName: 'min', restSize: 60 },
  { name: 'min', size: 60, restName: 's', restSize: 1 },
] as const;

/** How long ago an ISO time was, in words; "never" for null. */
export const ago = (iso: string | null, nowMs: number): string => {
  if (iso === null) return 'never';
  const elapsed = (nowMs - Date.parse(iso)) / 1000;
  return elapsed < 2 ? 'now' : `${seconds(elapsed)} ago`;
};

/** How far away an ISO time is, in words. */
export const until = (iso: string, nowMs: number): string => {
  const left = (Date.parse(iso) - nowMs) / 1000;
  return left <= 0 ? `${seconds(-left)} ago` : `in ${seconds(left)}`;
};

/** 1 → "1 use", 3 → "3 uses". */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
