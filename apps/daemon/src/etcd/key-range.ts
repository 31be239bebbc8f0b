/** Keys as etcd wants them: bytes, and prefixes as half-open ranges. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What etcd takes for "up to the last key". */
const END_OF_KEYS = new Uint8Array([0]);

export const keyBytes = (key: string): Uint8Array => encoder.encode(key);
export const keyText = (key: Uint8Array): string => decoder.decode(key);

export type KeyRange = { readonly key: Uint8Array; readonly rangeEnd: Uint8Array };

/** All keys that begin with the prefix, from `from` on where given. The empty prefix means every key. */
export const prefixRange = (prefix: string, from?: string): KeyRange => {
  const bytes = keyBytes(prefix);
  const key = from === undefined ? bytes : keyBytes(from);
  // etcd reads an empty key as "no key": the first possible one is a zero byte.
  return { key: key.length === 0 ? END_OF_KEYS : key, rangeEnd: afterPrefix(bytes) };
};

/** The first key behind all keys with this prefix: the prefix with its last byte that can grow grown by one. */
const afterPrefix = (prefix: Uint8Array): Uint8Array => {
  for (let at = prefix.length - 1; at >= 0; at -= 1) {
    const byte = prefix[at] ?? 0xff;
    if (byte === 0xff) continue;
    const end = prefix.slice(0, at + 1);
    end[at] = byte + 1;
    return end;
  }
  return END_OF_KEYS;
};
