/** The alphabet of RFC 4648 base32 in lower case: no 0, 1, 8 or 9, so that nothing looks like a letter. */
export const BASE32_ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** Base32 without padding; 32 bytes become 52 characters. */
export const encodeBase32 = (bytes: Uint8Array): string => {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32_ALPHABET.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + BASE32_ALPHABET.charAt((held << (5 - bits)) & 31) : text;
};
