import { describe, expect, it } from 'vitest';
import { splitSource } from './source-text.mjs';

describe('splitting a source', () => {
  it('keeps line breaks in every part, so that line numbers stay true', () => {
    const text = "/* one\ntwo */ const a = 'x';\n// three\nconst b = `y\nz`;\n";
    for (const part of ['code', 'bare', 'comments']) expect(splitSource(text)[part].split('\n')).toHaveLength(text.split('\n').length);
  });

  it('takes quotes and slashes inside a regular expression for neither strings nor comments', () => {
    const { code, literals } = splitSource("const re = /['\"]\\/\\/[/*]/g; const after = 'kept'; // gone");
    expect(code.trimEnd()).toBe("const re = /['\"]\\/\\/[/*]/g; const after = 'kept';");
    expect(literals.map(({ value }) => value)).toEqual(['kept']);
  });

  it('takes a division for a division', () => {
    expect(splitSource("const half = total / 2; // 'half'").literals).toEqual([]);
  });

  it('reads a template with nested braces and quotes as one literal', () => {
    const { literals } = splitSource("const a = `x ${f({ b: '}' })} y`; const c = 'd';");
    expect(literals.map(({ value }) => value)).toEqual(["x ${f({ b: '}' })} y", 'd']);
  });

  it('ends an apostrophe in JSX text with its line', () => {
    const { code } = splitSource("<p>Don't</p>\nconst a = 1; // gone");
    expect(code).toContain('const a = 1;');
    expect(code).not.toContain('gone');
  });
});
