import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { ConfigProblem } from './config-problem';
import { isTree, type Tree } from './tree';

export type YamlSource = {
  readonly values: Tree;
  /** Line (from 1) of each dotted key, groups included. */
  readonly lines: ReadonlyMap<string, number>;
  /** Not empty when the text is not YAML, or not a mapping of keys; `values` is empty then. */
  readonly problems: readonly ConfigProblem[];
};

/** No configuration comes near this; beyond it the file is something else. */
const MAX_ALIASES = 32;

/** Reads the text of a configuration file and remembers where each key stands. Repeated keys are refused. */
export const readYaml = (text: string, file: string): YamlSource => {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true });
  const refuse = (line: number | null, rule: string): ConfigProblem => ({
    file,
    line,
    where: line === null ? file : `${file}:${line}`,
    key: '',
    value: null,
    rule,
  });
  const complaints = [...document.errors, ...document.warnings];
  if (complaints.length > 0)
    return empty(complaints.map(({ pos: [offset], message }) => refuse(lineCounter.linePos(offset).line, `not valid YAML: ${explain(message)}`)));
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) return empty([]);
  const rootLine = lineCounter.linePos(document.contents.range?.[0] ?? 0).line;
  if (!isMap(document.contents)) return empty([refuse(rootLine, 'must be a mapping of keys, such as "etcd:" with "mode: single" below it')]);
  let values: unknown;
  try {
    values = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    return empty([refuse(null, `not valid YAML: more than ${MAX_ALIASES} aliases, or one without its anchor`)]);
  }
  const lines = new Map<string, number>();
  collectLines(document.contents, '', { lines, lineCounter });
  return { values: isTree(values) ? values : {}, lines, problems: [] };
};

const empty = (problems: readonly ConfigProblem[]): YamlSource => ({ values: {}, lines: new Map(), problems });

const explain = (message: string): string => (message.startsWith('Map keys must be unique') ? 'this key is given twice in its group' : message);

const collectLines = (node: unknown, prefix: string, into: { readonly lines: Map<string, number>; readonly lineCounter: LineCounter }): void => {
  if (!isMap(node)) return;
  for (const { key: name, value } of node.items) {
    if (!isNode(name)) continue;
    const key = prefix === '' ? String(name) : `${prefix}.${String(name)}`;
    into.lines.set(key, into.lineCounter.linePos(name.range?.[0] ?? 0).line);
    collectLines(value, key, into);
  }
};
