import { AppError } from '@quorate/core/errors/app-error';

/** Where a value was set; `default` also stands for a key that nobody set. */
export type ConfigOrigin =
  | { readonly from: 'default' }
  | { readonly from: 'file'; readonly file: string; readonly line: number }
  | { readonly from: 'environment'; readonly variable: string }
  | { readonly from: 'flag'; readonly flag: string };

/** One thing that is wrong with the configuration; safe to print and to log. */
export type ConfigProblem = {
  readonly file: string | null;
  readonly line: number | null;
  /** "quorate.yaml:12", a variable, a flag; empty when nothing more is known than the key. */
  readonly where: string;
  /** Dotted key; empty when the problem is the file itself. */
  readonly key: string;
  /** As JSON; null when there is none to show. */
  readonly value: string | null;
  readonly rule: string;
};

/** Describes a problem at its origin. `file` is the configuration file that was read, if any: a missing key belongs there. */
export const describeProblem = (
  { key, value, rule, isSecret }: { readonly key: string; readonly value: unknown; readonly rule: string; readonly isSecret: boolean },
  origin: ConfigOrigin,
  file: string | null,
): ConfigProblem => {
  const place = placeOf(origin, file);
  return { ...place, key, value: showValue(value, isSecret), rule };
};

/** "quorate.yaml:12 etcd.peer_url = "http://…": must be https: peer traffic is always mutual TLS". */
export const formatConfigProblem = (problem: ConfigProblem): string => {
  const what = problem.value === null ? problem.key : `${problem.key} = ${problem.value}`;
  return `${[problem.where, what].filter((part) => part !== '').join(' ')}: ${problem.rule}`;
};

/** One error with every problem: as lines of the message, as records in `data.problems`. */
export const configInvalid = (problems: readonly ConfigProblem[], cause?: unknown): AppError => {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const lines = problems.map((problem) => `  ${formatConfigProblem(problem)}`);
  return new AppError('CONFIG_INVALID', { message: [`the configuration has ${count}:`, ...lines].join('\n'), data: { problems }, cause });
};

/** What is printed of a value: JSON, shortened, and nothing of what is or looks like a secret. */
const showValue = (value: unknown, isSecret: boolean): string | null => {
  if (value === undefined) return null;
  const text = JSON.stringify(value) ?? String(value);
  if (isSecret || /qr[ti]_/.test(text)) return '(hidden)';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

const placeOf = (origin: ConfigOrigin, file: string | null): Pick<ConfigProblem, 'file' | 'line' | 'where'> => {
  switch (origin.from) {
    case 'file':
      return { file: origin.file, line: origin.line, where: `${origin.file}:${origin.line}` };
    case 'environment':
      return { file: null, line: null, where: origin.variable };
    case 'flag':
      return { file: null, line: null, where: origin.flag };
    case 'default':
      return { file, line: null, where: file ?? '' };
  }
};
