/** Values that arrive as text, from the environment and from flags, brought into the type of their key. */
import { type ConfigKey, variableOf } from './config-keys';
import { type ConfigOrigin, type ConfigProblem, describeProblem } from './config-problem';
import type { Environment } from './environment';
import { nearest } from './nearest';

export type Override = { readonly key: string; readonly value: unknown; readonly origin: ConfigOrigin };
export type Overlay = { readonly overrides: readonly Override[]; readonly problems: readonly ConfigProblem[] };

const PREFIX = 'QUORATE_';
/** Variables that the commands read and that are no keys of the configuration. */
export const COMMAND_VARIABLES = ['QUORATE_CONFIG', 'QUORATE_ENDPOINT', 'QUORATE_ENDPOINTS', 'QUORATE_TOKEN'] as const;
/** Variables for the tests of this repository: taken, and neither documented nor suggested. */
const TESTING_VARIABLES = ['QUORATE_FAILPOINT'];

/** QUORATE_ETCD__NAME=n1 → etcd.name. An unknown QUORATE_ variable is a mistyped one, and refused. */
export const overlayEnvironment = (environment: Environment, keys: readonly ConfigKey[]): Overlay => {
  const known = new Map(keys.map((key) => [variableOf(key.key), key]));
  const overrides: Override[] = [];
  const problems: ConfigProblem[] = [];
  for (const [variable, text] of Object.entries(environment)) {
    if (!variable.startsWith(PREFIX) || text === undefined || isCommandVariable(variable)) continue;
    const key = known.get(variable);
    const origin: ConfigOrigin = { from: 'environment', variable };
    if (key) overrides.push({ key: key.key, value: parseText(text, key), origin });
    else problems.push(unknown(variable, [...known.keys(), ...COMMAND_VARIABLES]));
  }
  return { overrides, problems };
};

/** `--set etcd.name=n1` and flags that stand for a key; `flags` maps the dotted key to the text. */
export const overlayFlags = (flags: Readonly<Record<string, string>>, keys: readonly ConfigKey[]): Overlay => {
  const overrides: Override[] = [];
  const problems: ConfigProblem[] = [];
  for (const [name, text] of Object.entries(flags)) {
    const key = keys.find((candidate) => candidate.key === name);
    const origin: ConfigOrigin = { from: 'flag', flag: '--set' };
    if (key) overrides.push({ key: key.key, value: parseText(text, key), origin });
    else
      problems.push(
        describeProblem(
          {
            key: name,
            value: undefined,
            rule: unknownRule(
              name,
              keys.map((candidate) => candidate.key),
            ),
            isSecret: false,
          },
          origin,
          null,
        ),
      );
  }
  return { overrides, problems };
};

/** "no such key; did you mean etcd.peer_url?" */
export const unknownRule = (name: string, candidates: readonly string[]): string => {
  const guess = nearest(name, candidates);
  return guess === null ? 'no such key' : `no such key; did you mean ${guess}?`;
};

const isCommandVariable = (variable: string): boolean => [...COMMAND_VARIABLES, ...TESTING_VARIABLES].includes(variable);

const unknown = (variable: string, candidates: readonly string[]): ConfigProblem => {
  const guess = nearest(variable, candidates);
  const rule = guess === null ? 'no such variable: remove it, all that begin with QUORATE_ are ours' : `no such variable; did you mean ${guess}?`;
  return describeProblem({ key: '', value: undefined, rule, isSecret: false }, { from: 'environment', variable }, null);
};

/** The value in the type of its key; text that does not fit stays text, and the schema says what is wrong with it. */
const parseText = (text: string, key: ConfigKey): unknown => {
  if (key.type === 'number' && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (key.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
};
