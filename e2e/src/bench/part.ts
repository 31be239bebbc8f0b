/** One measurement of the benchmark: a name to select it by, and the rows that it adds to the table. */
export type Figure = {
  readonly what: string;
  readonly measured: string;
  /** What the measurement is held against in the same run, or the goal. */
  readonly against: string;
  readonly verdict: 'met' | 'missed' | 'informs';
};

export type BenchContext = {
  /** How often each timed act is repeated. */
  readonly rounds: number;
  readonly wholeLoopback: boolean;
  /** A fresh directory of this part. */
  readonly dir: string;
  readonly say: (text: string) => void;
};

export type BenchPart = { readonly name: string; readonly run: (context: BenchContext) => Promise<readonly Figure[]> };

/** A figure held against an upper bound in the same unit. */
export const figureBelow = (
  what: string,
  value: number,
  bound: { readonly limit: number; readonly format: (value: number) => string; readonly note?: string },
): Figure => ({
  what,
  measured: bound.format(value) + (bound.note ? ` (${bound.note})` : ''),
  against: `≤ ${bound.format(bound.limit)}`,
  verdict: value <= bound.limit ? 'met' : 'missed',
});
