/** What the schema complains about, in the words of the configuration file: key, value, rule. */
import type { z } from 'zod';
import type { ConfigGroup, ConfigKey } from './config-keys';
import { nearest } from './nearest';
import { getAt, type Tree } from './tree';

export type SchemaProblem = {
  readonly key: string;
  readonly value: unknown;
  readonly rule: string;
  /** What to leave out so that the rest can still be judged: the key, or its group when the key is missing. */
  readonly prune: string;
};

type Known = { readonly keys: readonly ConfigKey[]; readonly groups: readonly ConfigGroup[] };

/** One problem for each wrong, missing or unknown key. Values of unknown keys are not repeated: nobody knows what they are. */
export const toSchemaProblems = (issues: readonly z.core.$ZodIssue[], values: Tree, known: Known): SchemaProblem[] =>
  issues.flatMap((issue): SchemaProblem[] => {
    const path = issue.path.map(String).join('.');
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((name) => {
        const key = path === '' ? name : `${path}.${name}`;
        return { key, value: undefined, rule: unknownKeyRule(key, known), prune: key };
      });
    const value = path === '' ? undefined : getAt(values, path);
    const key = known.keys.find((candidate) => candidate.key === path);
    if (value === undefined) return [{ key: path, value, rule: `is required${key ? `: ${key.description}` : ''}`, prune: parentOf(path) }];
    return [{ key: path, value, rule: ruleOf(issue, key), prune: path }];
  });

/** Suggests a key of the same group first, then one with the same name elsewhere, then the most similar of all. */
const unknownKeyRule = (key: string, { keys, groups }: Known): string => {
  const all = [...keys, ...groups].map((candidate) => candidate.key);
  const siblings = all.filter((candidate) => parentOf(candidate) === parentOf(key));
  const name = lastOf(key);
  const sibling = nearest(name, siblings.map(lastOf));
  const guess =
    sibling === null
      ? (all.find((candidate) => lastOf(candidate) === name) ?? nearest(key, all))
      : (siblings.find((candidate) => lastOf(candidate) === sibling) ?? null);
  return guess === null ? 'no such key' : `no such key; did you mean ${guess}?`;
};

const ruleOf = (issue: z.core.$ZodIssue, key: ConfigKey | undefined): string => {
  if (!key) return 'must be a group of keys';
  switch (issue.code) {
    case 'invalid_type':
      return typeRule(key);
    case 'invalid_value':
      return `must be one of ${key.choices.join(', ')}`;
    case 'too_small':
    case 'too_big':
      return key.type === 'number' ? rangeRule(key) : lengthRule(issue);
    default:
      return issue.message;
  }
};

const typeRule = (key: ConfigKey): string => {
  switch (key.type) {
    case 'text':
      return 'must be a text; put it in quotes';
    case 'duration':
      return 'a duration is a whole number and a unit: 500ms, 30s, 15m, 6h, 7d';
    case 'number':
      return 'must be a whole number';
    case 'boolean':
      return 'must be true or false';
    case 'choice':
      return `must be one of ${key.choices.join(', ')}`;
  }
};

const rangeRule = ({ minimum, maximum }: ConfigKey): string => {
  if (minimum !== undefined && maximum !== undefined) return `must be between ${minimum} and ${maximum}`;
  return minimum === undefined ? `must be at most ${maximum}` : `must be at least ${minimum}`;
};

const lengthRule = (issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string =>
  issue.code === 'too_small' ? 'must not be empty' : `must be at most ${issue.maximum} characters long`;

const parentOf = (key: string): string => key.split('.').slice(0, -1).join('.');
const lastOf = (key: string): string => key.split('.').at(-1) ?? '';
