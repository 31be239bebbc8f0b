/** docs/reference/config.md, generated: every key as the schema declares it. */
import { type ConfigKey, listConfigKeys, variableOf } from './config-keys';
import { COMMAND_VARIABLES } from './overlay';

export type ConfigRow = {
  readonly key: string;
  readonly variable: string;
  /** "text", "duration", "one of a, b", "whole number, 1 to 10". */
  readonly type: string;
  readonly fallback: string;
  readonly description: string;
};

/** One row for each key, in the order of the schema. */
export const describeConfig = (): ConfigRow[] =>
  listConfigKeys().keys.map((key) => ({
    key: key.key,
    variable: variableOf(key.key),
    type: describeType(key),
    fallback: key.fallback === undefined ? (key.isRequired ? 'required' : '') : `\`${key.fallback === '' ? '""' : String(key.fallback)}\``,
    description: key.isSecret ? `${key.description} Never shown or logged.` : key.description,
  }));

/** The whole page. */
export const renderConfigReference = (): string => {
  const rows = describeConfig();
  const { groups } = listConfigKeys();
  const tops = [...new Set(rows.map(({ key }) => (key.includes('.') ? (key.split('.')[0] ?? '') : '')))];
  const sections = tops.map((top) => {
    const mine = rows.filter(({ key }) => (top === '' ? !key.includes('.') : key.startsWith(`${top}.`)));
    const note = groups.find(({ key }) => key === top)?.description ?? '';
    return [`## ${top === '' ? 'Top level' : top}`, ...(note === '' ? [] : [note]), renderTable(mine)].join('\n\n');
  });
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
};

const INTRODUCTION = `# Configuration

<!-- Generated from packages/core/src/config/schema.ts by the test apps/daemon/src/config/reference.test.ts. Do not edit:
     change the schema and run it with UPDATE_DOCS=1. -->

\`quorated\` reads, later ones winning: the defaults below, the file \`/etc/quorate/quorate.yaml\` (another with \`--config\` or
\`QUORATE_CONFIG\`; the default one may be missing), the environment, flags (\`--set etcd.name=quorate-1\`).

- In the environment a key is upper case with the prefix \`QUORATE_\` and \`__\` for each dot: \`etcd.peer_url\` is \`QUORATE_ETCD__PEER_URL\`.
  Other \`QUORATE_\` variables are refused, except ${COMMAND_VARIABLES.map((name) => `\`${name}\``).join(', ')}.
- Unknown keys, wrong types and impossible combinations are refused at start, all at once, each with file, line, key, value and rule:
  \`quorated config check\`. What is in force: \`quorated config show\`. Secrets are never shown.
- A duration is a whole number and a unit: \`500ms\`, \`30s\`, \`15m\`, \`6h\`, \`7d\`.`;

const renderTable = (rows: readonly ConfigRow[]): string => {
  const lines = rows.map(
    ({ key, type, fallback, description }) => `| \`${key}\` | ${escapeCell(type)} | ${escapeCell(fallback)} | ${escapeCell(description)} |`,
  );
  return ['| Key | Type | Default | Meaning |', '|---|---|---|---|', ...lines].join('\n');
};

const describeType = (key: ConfigKey): string => {
  switch (key.type) {
    case 'choice':
      return `one of ${key.choices.map((choice) => `\`${choice}\``).join(', ')}`;
    case 'boolean':
      return '`true` or `false`';
    case 'number':
      return key.minimum === undefined ? 'whole number' : `whole number, ${key.minimum} to ${key.maximum}`;
    default:
      return key.type;
  }
};

const escapeCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
