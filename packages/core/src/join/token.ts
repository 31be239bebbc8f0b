/**
 * The text form of Quorate's secrets.
 *
 *   qrt_join_<id>_<secret><checksum>    join token: 10, 52 and 4 characters of lower-case base32
 *   qrt_admin_<secret><checksum>        administrator token
 *
 * The id is public: lists and events show it. The secret is 256 random bits. Random bytes come from the caller, and so does hashing:
 * a replica stores the SHA-256 of the whole text and nothing else.
 */
import { encodeBase32 } from './base32';
import { CHECKSUM_LENGTH, checksumOf, hasValidChecksum } from './checksum';

export const TOKEN_SECRET_BYTES = 32;
/** Random bytes that a token id is made from; 50 of their 56 bits are used. */
export const TOKEN_ID_BYTES = 7;

const ID_LENGTH = 10;
const SECRET_LENGTH = 52;
const TAIL_LENGTH = SECRET_LENGTH + CHECKSUM_LENGTH;
const BASE32 = 'a-z2-7';
const JOIN_TOKEN = new RegExp(`^qrt_join_([${BASE32}]{${ID_LENGTH}})_[${BASE32}]{${TAIL_LENGTH}}$`);
const ADMIN_TOKEN = new RegExp(`^qrt_admin_[${BASE32}]{${TAIL_LENGTH}}$`);
/** Of the right length, with a wrong character somewhere. */
const ALMOST_JOIN_TOKEN = new RegExp(`^qrt_join_[^_\\s]{${ID_LENGTH}}_[^_\\s]{${TAIL_LENGTH}}$`);
const ALMOST_ADMIN_TOKEN = new RegExp(`^qrt_admin_[^_\\s]{${TAIL_LENGTH}}$`);

/** `plaintext` is the text without surrounding white space: what is hashed and sent. */
export type ParsedJoinToken = { readonly ok: true; readonly id: string; readonly plaintext: string } | TokenProblem;
export type ParsedAdminToken = { readonly ok: true; readonly plaintext: string } | TokenProblem;
/** `malformed`: not a token of this kind at all. `mistyped`: one with a wrong or swapped character. */
export type TokenProblem = { readonly ok: false; readonly reason: 'malformed' | 'mistyped' };

/** A token id of 10 characters from `TOKEN_ID_BYTES` random bytes. */
export const formatTokenId = (random: Uint8Array): string => encodeBase32(checkLength(random, TOKEN_ID_BYTES)).slice(0, ID_LENGTH);

/** The plaintext of a join token: shown once, never stored. */
export const formatJoinToken = ({ id, secret }: { readonly id: string; readonly secret: Uint8Array }): string =>
  withChecksum(`qrt_join_${id}_${encodeBase32(checkLength(secret, TOKEN_SECRET_BYTES))}`);

/** The plaintext of an administrator token. */
export const formatAdminToken = (secret: Uint8Array): string => withChecksum(`qrt_admin_${encodeBase32(checkLength(secret, TOKEN_SECRET_BYTES))}`);

/** Reads a join token, also with white space around it (a file ends with a newline). */
export const parseJoinToken = (text: string): ParsedJoinToken => {
  const plaintext = text.trim();
  const id = JOIN_TOKEN.exec(plaintext)?.[1];
  if (id !== undefined && hasValidChecksum(plaintext)) return { ok: true, id, plaintext };
  return { ok: false, reason: ALMOST_JOIN_TOKEN.test(plaintext) ? 'mistyped' : 'malformed' };
};

/** Reads an administrator token, also with white space around it. */
export const parseAdminToken = (text: string): ParsedAdminToken => {
  const plaintext = text.trim();
  if (ADMIN_TOKEN.test(plaintext) && hasValidChecksum(plaintext)) return { ok: true, plaintext };
  return { ok: false, reason: ALMOST_ADMIN_TOKEN.test(plaintext) ? 'mistyped' : 'malformed' };
};

const withChecksum = (text: string): string => text + checksumOf(text);

const checkLength = (bytes: Uint8Array, length: number): Uint8Array => {
  if (bytes.length !== length) throw new RangeError(`expected ${length} random bytes, not ${bytes.length}`);
  return bytes;
};
