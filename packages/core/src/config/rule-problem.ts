/** A configuration that breaks a rule. */
export type RuleProblem = {
  /** Dotted key that should change. */
  readonly key: string;
  /** Its value; undefined when it is missing. */
  readonly value: unknown;
  /** What it must be, and why. */
  readonly rule: string;
  /** Other keys that the rule looked at. */
  readonly related: readonly string[];
};
