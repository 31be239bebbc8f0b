// Reads TypeScript as text, without a compiler: tells code from comments and strings. Enough for imports, literals and counting lines.

/** Characters after which a slash begins a regular expression and not a division. */
const beforeRegex = new Set('(,=:[!&|?{};+-*%~^<>'.split(''));
const wordsBeforeRegex = /\b(?:return|typeof|case|in|of|new|void|await|throw)$/;

/**
 * Splits a source into what it says and what it says about itself. All results keep every line break, so line numbers stay true.
 *
 * @param {string} text
 * @returns {{ code: string, bare: string, comments: string, literals: { value: string, line: number }[] }}
 *   `code` without comments; `bare` also without the content of strings; `comments` alone; `literals` the string contents
 */
export function splitSource(text) {
  const out = { code: '', bare: '', comments: '', literals: [] };
  const reader = { text, at: 0, line: 1 };
  while (reader.at < text.length) {
    const piece = nextPiece(reader, out.bare);
    const blank = piece.text.replace(/[^\n]/g, ' ');
    out.code += piece.kind === 'comment' ? blank : piece.text;
    out.bare += piece.kind === 'code' ? piece.text : hollow(piece, blank);
    out.comments += piece.kind === 'comment' ? piece.text : blank;
    if (piece.kind === 'string') out.literals.push({ value: piece.text.slice(1, -1), line: reader.line });
    reader.line += piece.text.split('\n').length - 1;
    reader.at += piece.text.length;
  }
  return out;
}

/** Quotes stay, so that `bare` still shows where a literal stood. */
function hollow(piece, blank) {
  if (piece.kind !== 'string' || piece.text.length < 2) return blank;
  return piece.text[0] + blank.slice(1, -1) + piece.text.at(-1);
}

function nextPiece({ text, at }, bareSoFar) {
  const char = text[at];
  const two = text.slice(at, at + 2);
  if (two === '//') return { kind: 'comment', text: text.slice(at, endOr(text, text.indexOf('\n', at))) };
  if (two === '/*') return { kind: 'comment', text: text.slice(at, endOr(text, text.indexOf('*/', at + 2), 2)) };
  if (char === "'" || char === '"') return { kind: 'string', text: text.slice(at, endOfString(text, at)) };
  if (char === '`') return { kind: 'string', text: text.slice(at, endOfTemplate(text, at)) };
  if (char === '/' && startsRegex(bareSoFar)) return { kind: 'regex', text: text.slice(at, endOfRegex(text, at)) };
  return { kind: 'code', text: char };
}

function endOr(text, found, extra = 0) {
  return found === -1 ? text.length : found + extra;
}

/** A quoted string ends with its line at the latest: an apostrophe in JSX text must not swallow the rest of the file. */
function endOfString(text, from) {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '\n') return at;
    else if (text[at] === text[from]) return at + 1;
  }
  return text.length;
}

function endOfTemplate(text, from) {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '`') return at + 1;
    else if (text.startsWith('${', at)) at = endOfSubstitution(text, at + 2) - 1;
  }
  return text.length;
}

function endOfSubstitution(text, from) {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}') depth -= 1;
    else if (text[at] === "'" || text[at] === '"') at = endOfString(text, at) - 1;
    else if (text[at] === '`') at = endOfTemplate(text, at) - 1;
    if (depth === 0) return at + 1;
  }
  return text.length;
}

function startsRegex(bareSoFar) {
  const before = bareSoFar.slice(-40).trimEnd();
  return before === '' || beforeRegex.has(before.at(-1)) || wordsBeforeRegex.test(before);
}

function endOfRegex(text, from) {
  let inClass = false;
  for (let at = from + 1; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '\n') return at;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return at + 1;
  }
  return text.length;
}
