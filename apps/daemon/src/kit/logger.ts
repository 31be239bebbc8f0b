import pino from 'pino';
import { redact } from './redact';

export type LogFields = Readonly<Record<string, unknown>>;
/** Either a constant message, or facts and a constant message. */
export type LogMethod = { (message: string): void; (fields: LogFields, message: string): void };
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `error`: someone must act. `warn`: it may come to that. `info`: state changed. `debug`: for us. */
export type Logger = {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  /** A logger that adds these fields to each line, such as `{ room: 'membership' }`. */
  readonly child: (fields: LogFields) => Logger;
};

export type LoggerOptions = {
  readonly level: LogLevel;
  /** Default stdout. Anything with `write` for tests. */
  readonly stream?: 'stdout' | 'stderr' | { readonly write: (line: string) => void };
};

/** JSON lines: level as a word, time in ISO 8601, errors (any field, by habit `err`) with all causes, secrets redacted by name. */
export const createLogger = (options: LoggerOptions): Logger => {
  const { stream = 'stdout' } = options;
  const destination = typeof stream === 'string' ? pino.destination({ fd: stream === 'stdout' ? 1 : 2, sync: true }) : stream;
  const base = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      // `redact` has described errors already; pino's own serialiser of `err` would lose code and data.
      serializers: { err: (value: unknown) => value },
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  return wrap(base);
};

/** Says nothing; for tests and for callers that have no log. */
export const silentLogger: Logger = Object.freeze({
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
});

const wrap = (target: pino.Logger): Logger => {
  const method =
    (level: 'debug' | 'info' | 'warn' | 'error'): LogMethod =>
    (first: string | LogFields, message?: string) => {
      if (!target.isLevelEnabled(level)) return;
      if (typeof first === 'string') target[level](first);
      else target[level](redact(first) as LogFields, message ?? '');
    };
  return Object.freeze({
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    child: (fields: LogFields) => wrap(target.child(redact(fields) as LogFields)),
  });
};
