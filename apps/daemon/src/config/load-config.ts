/**
 * Reads the configuration: defaults, then the file, then the environment, then flags; the later one wins.
 *
 * Everything that is wrong is found at once and refused together, each with file, line, key, value and rule. Nothing is corrected
 * silently: an unknown key or variable is a mistyped one.
 */
import { readFile } from 'node:fs/promises';
import { checkRules } from '@quorate/core/config/rules';
import { type Config, ConfigSchema } from '@quorate/core/config/schema';
import { type ConfigGroup, type ConfigKey, listConfigKeys } from './config-keys';
import { type ConfigOrigin, type ConfigProblem, configInvalid, describeProblem } from './config-problem';
import type { Environment } from './environment';
import { type Override, overlayEnvironment, overlayFlags } from './overlay';
import { checkPaths } from './paths';
import { toSchemaProblems } from './schema-problems';
import { getAt, isTree, keysOf, type Tree, without, withValue } from './tree';
import { readYaml, type YamlSource } from './yaml-source';

export const DEFAULT_CONFIG_PATH = '/etc/quorate/quorate.yaml';

export type LoadConfigOptions = {
  readonly path: string;
  /** Somebody named this path: then it must exist. A missing default file means "all defaults". */
  readonly explicitPath: boolean;
  readonly env: Environment;
  /** Dotted key → text, as in `--set etcd.name=n1`. */
  readonly flags: Readonly<Record<string, string>>;
};

export type LoadedConfig = {
  /** Frozen, all the way down. */
  readonly config: Config;
  /** Where each key that is not at its default was set. */
  readonly sources: Readonly<Record<string, ConfigOrigin>>;
  /** The file that was read; null when there is none. */
  readonly file: string | null;
};

/** Path of the configuration file: flag, then QUORATE_CONFIG, then the default. */
export const chooseConfigPath = (flag: string | undefined, env: Environment): Pick<LoadConfigOptions, 'path' | 'explicitPath'> => {
  const named = flag ?? env.QUORATE_CONFIG;
  return named === undefined || named === '' ? { path: DEFAULT_CONFIG_PATH, explicitPath: false } : { path: named, explicitPath: true };
};

/**
 * The configuration of this replica.
 *
 * @throws AppError CONFIG_INVALID with every problem in `data.problems`.
 */
export const loadConfig = async (options: LoadConfigOptions): Promise<LoadedConfig> => {
  const text = await readConfigFile(options);
  const file = text === null ? null : options.path;
  const yaml: YamlSource = text === null ? { values: {}, lines: new Map(), problems: [] } : readYaml(text, options.path);
  const known = listConfigKeys();
  const environment = overlayEnvironment(options.env, known.keys);
  const flags = overlayFlags(options.flags, known.keys);
  const overrides = [...environment.overrides, ...flags.overrides];
  const input: Input = { values: applyOverrides(withoutNulls(yaml.values, known), overrides), overrides, lines: yaml.lines, file };
  const problems = [...yaml.problems, ...environment.problems, ...flags.problems];
  // Without its file the rest would be judged against defaults that nobody meant.
  const judged = yaml.problems.length > 0 ? { config: null, problems: [] } : judge(input, known);
  problems.push(...judged.problems);
  if (judged.config === null || problems.length > 0) throw configInvalid(sortByLine(problems));
  return Object.freeze({ config: deepFreeze(judged.config), sources: Object.freeze(sourcesOf(input, known.keys)), file });
};

type Known = { readonly keys: readonly ConfigKey[]; readonly groups: readonly ConfigGroup[] };
type Input = { readonly values: Tree; readonly overrides: readonly Override[]; readonly lines: ReadonlyMap<string, number>; readonly file: string | null };

const readConfigFile = async ({ path, explicitPath }: LoadConfigOptions): Promise<string | null> => {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (isMissing && !explicitPath) return null;
    const rule = isMissing ? 'there is no such file' : 'the file cannot be read';
    throw configInvalid([{ file: path, line: null, where: path, key: '', value: null, rule }], cause);
  }
};

const applyOverrides = (values: Tree, overrides: readonly Override[]): Tree => overrides.reduce((tree, { key, value }) => withValue(tree, key, value), values);

/** "etcd:" with everything below it commented out is null in YAML, and means "nothing set". Unknown keys stay, to be refused. */
const withoutNulls = (values: Tree, { keys, groups }: Known): Tree => {
  const known = new Set([...keys, ...groups].map(({ key }) => key));
  return keysOf(values).reduce((tree, key) => (known.has(key) && getAt(values, key) === null ? without(tree, key) : tree), values);
};

/** Judges shape and rules. What has the wrong shape is left out before the rules are asked, and rules about it are not applied. */
const judge = (input: Input, known: Known): { readonly config: Config | null; readonly problems: readonly ConfigProblem[] } => {
  const describe = (problem: { readonly key: string; readonly value: unknown; readonly rule: string }): ConfigProblem => {
    const isSecret = known.keys.find(({ key }) => key === problem.key)?.isSecret ?? false;
    return describeProblem({ ...problem, isSecret }, originOf(problem.key, input), input.file);
  };
  const first = ConfigSchema.safeParse(input.values);
  const shape = first.success ? [] : toSchemaProblems(first.error.issues, input.values, known);
  const pruned = shape.map(({ prune }) => prune);
  const second = first.success ? first : ConfigSchema.safeParse(pruned.reduce(without, input.values));
  if (!second.success) return { config: null, problems: shape.map(describe) };
  const isPruned = (key: string): boolean => pruned.some((gone) => key === gone || key.startsWith(`${gone}.`) || gone.startsWith(`${key}.`));
  const rules = [...checkRules(second.data), ...checkPaths(second.data)].filter(({ key, related }) => ![key, ...related].some(isPruned));
  // The text as it was written says more than the value it became.
  const broken = rules.map((problem) => ({ ...problem, value: getAt(input.values, problem.key) ?? problem.value }));
  return { config: second.data, problems: [...shape, ...broken].map(describe) };
};

/** Where a key was set. A missing one belongs to the group that it is missing from. */
const originOf = (key: string, { overrides, lines, file }: Input): ConfigOrigin => {
  const override = overrides.findLast((candidate) => candidate.key === key);
  if (override) return override.origin;
  if (file === null) return { from: 'default' };
  for (let at = key; at !== ''; at = at.split('.').slice(0, -1).join('.')) {
    const line = lines.get(at);
    if (line !== undefined) return { from: 'file', file, line };
  }
  return { from: 'default' };
};

const sourcesOf = (input: Input, keys: readonly ConfigKey[]): Record<string, ConfigOrigin> =>
  Object.fromEntries(keys.filter(({ key }) => getAt(input.values, key) !== undefined).map(({ key }) => [key, originOf(key, input)]));

const sortByLine = (problems: readonly ConfigProblem[]): ConfigProblem[] =>
  [...problems].sort((a, b) => (a.line ?? Number.MAX_SAFE_INTEGER) - (b.line ?? Number.MAX_SAFE_INTEGER));

const deepFreeze = <T>(value: T): T => {
  if (isTree(value)) for (const child of Object.values(value)) deepFreeze(child);
  return Object.freeze(value);
};
