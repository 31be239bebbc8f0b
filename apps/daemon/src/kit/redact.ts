import { AppError } from '@quorate/core/errors/app-error';

/** Names whose value never reaches a log; also as the last word of a longer name ("adminToken", "ca_key_pem"), not as the first ("tokenId"). */
const SECRET_NAMES = ['token', 'plaintext', 'keypem', 'password', 'secret', 'authorization'];
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const REDACTED = '[redacted]';
const MAX_DEPTH = 8;

/** A copy fit for the log: secrets replaced, errors spelled out with their chain of causes, bigint as text, cycles and depth bounded. */
export const redact = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return PRIVATE_KEY.test(value) ? REDACTED : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '[too deep]';
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Date || value instanceof URL) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, isSecretName(key) ? REDACTED : redact(item, depth + 1)]));
};

const isSecretName = (key: string): boolean => {
  const plain = key.replaceAll(/[-_]/g, '').toLowerCase();
  return SECRET_NAMES.some((name) => plain.endsWith(name));
};

const describeError = (error: Error, depth: number): Record<string, unknown> => ({
  type: error.name,
  message: redact(error.message),
  ...('code' in error ? { code: error.code } : {}),
  ...(error instanceof AppError && Object.keys(error.data).length > 0 ? { data: redact(error.data, depth + 1) } : {}),
  // The stack of the innermost error is where it happened; those above only repeat how it travelled.
  ...(error.cause === undefined || error.cause === null ? { stack: redact(error.stack) } : { cause: redact(error.cause, depth + 1) }),
});
