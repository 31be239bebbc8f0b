/** Nested values under dotted keys: what a configuration is before the schema has seen it. */
export type Tree = Record<string, unknown>;

export const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a dotted key; undefined when it or a group above it is missing. */
export const getAt = (tree: Tree, key: string): unknown => {
  let at: unknown = tree;
  for (const name of key.split('.')) {
    if (!isTree(at) || !Object.hasOwn(at, name)) return undefined;
    at = at[name];
  }
  return at;
};

/** A copy with the value at a dotted key; something that is no group on the way is replaced by one. */
export const withValue = (tree: Tree, key: string, value: unknown): Tree => {
  const [name = '', ...rest] = key.split('.');
  if (rest.length === 0) return { ...tree, [name]: value };
  const child = tree[name];
  return { ...tree, [name]: withValue(isTree(child) ? child : {}, rest.join('.'), value) };
};

/** A copy without the dotted key; the same tree when it is not there. */
export const without = (tree: Tree, key: string): Tree => {
  const [name = '', ...rest] = key.split('.');
  if (!Object.hasOwn(tree, name)) return tree;
  const { [name]: child, ...others } = tree;
  if (rest.length === 0) return others;
  return isTree(child) ? { ...tree, [name]: without(child, rest.join('.')) } : tree;
};

/** Every dotted key of a tree, groups included, outermost first. */
export const keysOf = (tree: Tree, prefix = ''): string[] =>
  Object.entries(tree).flatMap(([name, value]) => {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    return isTree(value) ? [key, ...keysOf(value, key)] : [key];
  });
