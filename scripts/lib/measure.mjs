// Measures sources for the budgets of STYLE.md.
import { readImports } from './imports.mjs';
import { isGenerated, isTest, placeOf } from './rooms.mjs';
import { splitSource } from './source-text.mjs';

const notFunctions = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await']);

/**
 * @param {Map<string, string>} sources text by path
 * @returns {{ path: string, package: string, test: boolean, lines: number, commentLines: number, ownImports: number,
 *   functions: { line: number, lines: number }[], escapes: number }[]} generated files are left out; `escapes` counts any, `!` and enum
 */
export function measureFiles(sources) {
  const measured = [];
  for (const [path, text] of sources) {
    if (isGenerated(path)) continue;
    const { code, bare, comments } = splitSource(text);
    measured.push({
      path,
      package: placeOf(path).package,
      test: isTest(path),
      lines: text.trimEnd().split('\n').length,
      commentLines: countCommentLines(bare, comments),
      ownImports: countOwnImports(code),
      functions: path.endsWith('.tsx') ? [] : functionLengths(bare),
      escapes: countEscapes(bare),
    });
  }
  return measured;
}

function countOwnImports(code) {
  const targets = new Set(readImports(code).map(({ target }) => target));
  return [...targets].filter((target) => /^(?:\.|@quorate\/|@\/)/.test(target)).length;
}

/** Lines that hold a comment and nothing else. */
function countCommentLines(bare, comments) {
  const codeLines = bare.split('\n');
  return comments.split('\n').filter((line, index) => line.trim() !== '' && codeLines[index].trim() === '').length;
}

function countEscapes(bare) {
  const patterns = [/(?:[:<|,(]\s*|\bas\s+)any\b/g, /[\w)\]]!(?=[.;,)\]])/g, /^\s*(?:export )?(?:const )?enum\s/gm];
  return patterns.reduce((sum, pattern) => sum + (bare.match(pattern)?.length ?? 0), 0);
}

/**
 * Lengths of all functions with a body in braces, from the opening to the closing brace, without blank lines and comments.
 * Counts brackets in formatted code; the linter, which parses, holds the same limit.
 *
 * @param {string} bare source without comments and string contents
 */
export function functionLengths(bare) {
  const functions = [];
  const open = [];
  let lastParens = { from: -1, to: -1 };
  for (let at = 0; at < bare.length; at += 1) {
    const char = bare[at];
    if (char === '(') open.push({ char, at });
    else if (char === '{') open.push({ char, at, opensFunction: opensFunction({ bare, at, lastParens }) });
    else if (char === ')') lastParens = { from: open.pop()?.at ?? at, to: at };
    else if (char === '}') {
      const opener = open.pop();
      if (!opener?.opensFunction) continue;
      functions.push({ line: lineOf(bare, opener.at), lines: countCodeLines(bare.slice(opener.at, at + 1)) });
    }
  }
  return functions;
}

/** Whether this brace opens the body of a function, and not a block, an object or a type. */
function opensFunction({ bare, at, lastParens }) {
  if (lastParens.to === -1) return false;
  const between = withoutBraces(bare.slice(lastParens.to + 1, at)).trim();
  const isBody = between === '' || between === '=>' || /^:[^;]*[\w>\])}'"]$/.test(between) || /^:[^;]*=>$/.test(between);
  if (!isBody) return false;
  const word = /(\w+)\s*$/.exec(bare.slice(Math.max(0, lastParens.from - 30), lastParens.from))?.[1];
  return between !== '' || !notFunctions.has(word);
}

function withoutBraces(text) {
  const inner = text.replace(/\{[^{}]*\}/g, 'T');
  return inner === text ? text : withoutBraces(inner);
}

function countCodeLines(text) {
  return text.split('\n').filter((line) => line.trim() !== '').length;
}

function lineOf(text, index) {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
