import { describe, expect, it } from 'vitest';
import { functionLengths, measureFiles } from './measure.mjs';
import { parseStyleExceptions } from './style-exceptions.mjs';

const lengths = (text) => functionLengths(text).map(({ lines }) => lines);

describe('measuring functions', () => {
  it('counts declarations, methods and arrows from brace to brace', () => {
    expect(lengths('function a(x) {\n  return x;\n}\n')).toEqual([3]);
    expect(lengths('const a = async (x: { y: number }): Promise<Map<string, { z: 1 }>> => {\n  await x;\n};')).toEqual([3]);
    expect(lengths('class A {\n  run(x: string): { ok: true } {\n    return x;\n  }\n}')).toEqual([3]);
  });

  it('counts neither blocks nor objects nor types', () => {
    expect(lengths('if (a) {\n  b({ c: 1 });\n}\nfor (const x of y) {\n}\nswitch (a) {\n}\ntype T = { a: (b: { c: 1 }) => void };\n')).toEqual([]);
    expect(lengths('try {\n  a();\n} catch (error) {\n  b();\n} finally {\n}\n')).toEqual([]);
  });
});

describe('measuring files', () => {
  it('counts comment lines, own imports and escapes, and leaves generated files out', () => {
    const sources = new Map([
      ['packages/core/src/a.ts', "// why\nimport { b } from './b';\nimport { z } from 'zod';\nconst c = b as any; // trailing\n"],
      ['apps/daemon/src/etcd/gen/rpc_pb.ts', 'export enum A {}\n'],
    ]);
    expect(measureFiles(sources)).toEqual([
      { path: 'packages/core/src/a.ts', package: 'core', test: false, lines: 4, commentLines: 1, ownImports: 1, functions: [], escapes: 1 },
    ]);
  });
});

describe('exceptions to the budgets', () => {
  it('are read from the table of the style guide, for one measure of a file or of a directory', () => {
    const isExcepted = parseStyleExceptions(
      '# Style\n\n## Exceptions\n\n| Path | Measure | Why |\n|---|---|---|\n| `a/b.ts` | lines | long |\n| `a/c/` | imports | wires |\n',
    );
    expect([isExcepted('a/b.ts', 'lines'), isExcepted('a/b.ts', 'imports'), isExcepted('a/c/d.ts', 'imports'), isExcepted('a/x.ts', 'lines')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});
