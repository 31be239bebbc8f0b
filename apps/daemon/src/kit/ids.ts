import { randomBytes } from 'node:crypto';

export type RandomBytes = (bytes: number) => Uint8Array;

/** `bytes` random bytes in lower-case hex. */
export const randomHex = (bytes: number, random: RandomBytes = randomBytes): string => Buffer.from(random(bytes)).toString('hex');

/** An id that sorts by time as text: 48-bit milliseconds and 80 random bits, 32 hex digits. */
export const createEventId = (nowMs: number, random: RandomBytes = randomBytes): string =>
  Math.max(0, Math.trunc(nowMs)).toString(16).padStart(12, '0').slice(-12) + randomHex(10, random);
