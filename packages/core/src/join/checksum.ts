/**
 * A check for typing and pasting errors, not for attackers: a mistyped token is found before anything is sent.
 *
 * A 20-bit CRC over the ASCII codes with the primitive polynomial x^20 + x^3 + 1. Any CRC of 20 bits finds every error burst of up to
 * 20 bits, that is every changed character and every swapped pair of neighbours; others slip through once in 2^20.
 */
import { BASE32_ALPHABET } from './base32';

const BITS = 20;
const MASK = (1 << BITS) - 1;
/** x^3 + 1; the leading x^20 is implied. */
const POLYNOMIAL = 0b1001;

export const CHECKSUM_LENGTH = 4;

/** Four base32 characters that belong to the text (ASCII). */
export const checksumOf = (text: string): string => {
  let crc = MASK;
  for (let at = 0; at < text.length; at += 1) {
    crc ^= (text.charCodeAt(at) & 0xff) << (BITS - 8);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & (1 << (BITS - 1)) ? ((crc << 1) ^ POLYNOMIAL) & MASK : (crc << 1) & MASK;
  }
  return [15, 10, 5, 0].map((shift) => BASE32_ALPHABET.charAt((crc >> shift) & 31)).join('');
};

/** True when the text ends with the checksum of what precedes it. */
export const hasValidChecksum = (text: string): boolean =>
  text.length > CHECKSUM_LENGTH && text.slice(-CHECKSUM_LENGTH) === checksumOf(text.slice(0, -CHECKSUM_LENGTH));
