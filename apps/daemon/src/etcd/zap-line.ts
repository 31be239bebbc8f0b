import { z } from 'zod';

/** One line of etcd's log. `fields` holds whatever else the line says. */
export type ZapLine = { readonly level: string; readonly message: string; readonly fields: Readonly<Record<string, unknown>> };

const ZapSchema = z.looseObject({ level: z.string(), msg: z.string() });

/** Fields that say where and when in etcd's source, which our own log line and the reader do not need. */
const NOISE: ReadonlySet<string> = new Set(['level', 'msg', 'ts', 'caller', 'stacktrace']);

const MAX_READABLE = 400;

/** Reads a line of zap's JSON. Anything else (a Go panic, the dynamic linker) becomes a line of level "raw". */
export const parseZapLine = (line: string): ZapLine => {
  const parsed = ZapSchema.safeParse(parseJson(line));
  if (!parsed.success) return { level: 'raw', message: line, fields: {} };
  const fields = Object.fromEntries(Object.entries(parsed.data).filter(([name]) => !NOISE.has(name)));
  return { level: parsed.data.level, message: parsed.data.msg, fields };
};

/** "level message key=value …", at most 400 characters. */
export const readableLine = (line: ZapLine): string => {
  const fields = Object.entries(line.fields).map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const text = `${line.level === 'raw' ? '' : `${line.level} `}${line.message}${fields.join('')}`;
  return text.length > MAX_READABLE ? `${text.slice(0, MAX_READABLE - 1)}…` : text;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
