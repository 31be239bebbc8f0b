import { z } from 'zod';

/** A health finding: what is wrong, why it matters, what shows it, what to do. The catalogue is in `catalogue.ts`. */
export const CONDITION_CODES = [
  'NO_QUORUM',
  'NO_LEADER',
  'TOLERANCE_ZERO',
  'EVEN_VOTERS',
  'MEMBER_UNREACHABLE',
  'LEARNER_STALLED',
  'LEARNER_DANGLING',
  'JOIN_UNDONE',
  'DATABASE_NEARLY_FULL',
  'ALARM_NOSPACE',
  'ALARM_CORRUPT',
  'ETCD_RESTARTING',
  'ETCD_ADVISORY',
  'CERTIFICATE_EXPIRING',
  'CA_KEY_MISSING',
  'VERSION_SKEW',
  'MODE_IGNORED',
  'RECORD_UNREADABLE',
] as const;
export const ConditionCodeSchema = z.enum(CONDITION_CODES);
export type ConditionCode = z.infer<typeof ConditionCodeSchema>;

export const SeveritySchema = z.enum(['info', 'warning', 'critical']);
export type Severity = z.infer<typeof SeveritySchema>;

export const ConditionSchema = z.object({
  code: ConditionCodeSchema,
  severity: SeveritySchema,
  /** One sentence an operator understands at three in the morning. */
  title: z.string(),
  why: z.string(),
  /** Figures and names that show it. */
  evidence: z.string(),
  remedy: z.string(),
  /** Member name it is about; null for the cluster. */
  subject: z.string().nullable(),
});
export type Condition = z.infer<typeof ConditionSchema>;
