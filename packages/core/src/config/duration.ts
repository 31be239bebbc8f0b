import { z } from 'zod';

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/;

/** Milliseconds of a duration such as "500ms", "30s", "15m", "6h", "7d"; null when it is not one. */
export const parseDurationMs = (text: string): number | null => {
  const match = DURATION.exec(text);
  if (!match) return null;
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
};

/** The shortest exact form of a number of milliseconds: 90000 → "90s", 3600000 → "1h". */
export const formatDuration = (ms: number): string => {
  for (const unit of ['d', 'h', 'm', 's'] as const) if (ms !== 0 && ms % UNIT_MS[unit] === 0) return `${ms / UNIT_MS[unit]}${unit}`;
  return `${ms}ms`;
};

/** Reads a duration text; the parsed value is milliseconds. The mark `duration` tells generated documents what the text is. */
export const DurationSchema = z
  .string()
  .transform((text, context) => {
    const ms = parseDurationMs(text);
    if (ms === null) {
      context.addIssue({ code: 'custom', message: 'a duration is a whole number and a unit: 500ms, 30s, 15m, 6h, 7d' });
      return z.NEVER;
    }
    return ms;
  })
  .meta({ duration: true });
