/**
 * An invitation: token, addresses and CA pin in one string that survives copy and paste.
 *
 *   qri_<base64url of JSON><checksum>
 *
 * Whoever holds it can join as often as the token allows: it is as secret as the token.
 */
import { z } from 'zod';
import { AppError } from '../errors/app-error';
import { CHECKSUM_LENGTH, checksumOf, hasValidChecksum } from './checksum';
import { FINGERPRINT_RULE, isFingerprint } from './fingerprint';
import { parseJoinToken } from './token';

/** Longest invitation; also bounds what is decoded from an untrusted text. */
export const INVITATION_MAX_LENGTH = 4096;
const PREFIX = 'qri_';
const SHAPE = new RegExp(`^${PREFIX}[A-Za-z0-9_-]+$`);

const ReplicaUrlSchema = z.string().max(256).refine(isReplicaUrl, 'an address must be https://host:port without a path');
const InvitationSchema = z.object({
  v: z.literal(1),
  token: z.string().refine((text) => parseJoinToken(text).ok, 'the token in it is not a join token'),
  /** Replica listeners of the cluster, at least one. */
  urls: z.array(ReplicaUrlSchema).min(1, 'it names no address').max(16, 'it names more than 16 addresses'),
  caFingerprint: z.string().refine(isFingerprint, `the CA fingerprint ${FINGERPRINT_RULE}`),
  /** etcd.cluster_token of the cluster; absent when it is the default. */
  clusterToken: z.string().min(1).max(128).optional(),
});
export type Invitation = Omit<z.infer<typeof InvitationSchema>, 'v'>;

/**
 * One string for `quorated join --invite`.
 *
 * @throws AppError INVALID_INPUT when a part is wrong or the whole is longer than 4 KiB.
 */
export const formatInvitation = (invitation: Invitation): string => {
  const parsed = InvitationSchema.safeParse({ v: 1, ...invitation });
  if (!parsed.success) throw refuse(`the invitation cannot be made: ${messageOf(parsed.error)}`);
  const body = PREFIX + encodeBase64Url(JSON.stringify(parsed.data));
  const text = body + checksumOf(body);
  if (text.length > INVITATION_MAX_LENGTH) throw refuse(`the invitation would be ${text.length} characters long; ${INVITATION_MAX_LENGTH} is the limit`);
  return text;
};

/**
 * Reads an invitation. White space inside is ignored: terminals and mail programs break long lines.
 *
 * @throws AppError INVALID_INPUT with what is wrong with it. The message never contains the token.
 */
export const parseInvitation = (text: string): Invitation => {
  if (text.length > 2 * INVITATION_MAX_LENGTH) throw refuse(`the invitation is longer than ${INVITATION_MAX_LENGTH} characters`);
  const compact = text.replace(/\s+/g, '');
  if (compact === '') throw refuse('the invitation is empty');
  if (parseJoinToken(compact).ok) throw refuse('this is a join token, not an invitation: pass it with --token-path, with --cp-url and --ca-fingerprint');
  if (!compact.startsWith(PREFIX)) throw refuse(`an invitation starts with "${PREFIX}"`);
  if (compact.length > INVITATION_MAX_LENGTH) throw refuse(`the invitation is longer than ${INVITATION_MAX_LENGTH} characters`);
  if (!SHAPE.test(compact)) throw refuse('the invitation contains a character that cannot be part of it');
  if (!hasValidChecksum(compact)) throw refuse('the invitation is incomplete or mistyped: its checksum does not match');
  return decodeBody(compact.slice(PREFIX.length, -CHECKSUM_LENGTH));
};

const decodeBody = (body: string): Invitation => {
  let decoded: unknown;
  try {
    decoded = JSON.parse(decodeBase64Url(body));
  } catch (cause) {
    throw new AppError('INVALID_INPUT', { message: 'the invitation cannot be decoded', hint: HINT, cause });
  }
  const version = z.object({ v: z.number() }).safeParse(decoded);
  if (version.success && version.data.v !== 1)
    throw refuse(`the invitation has version ${version.data.v}, and this program reads version 1: install the version of the cluster`);
  const parsed = InvitationSchema.safeParse(decoded);
  if (!parsed.success) throw refuse(`the invitation is not complete: ${messageOf(parsed.error)}`);
  const { v: _, ...invitation } = parsed.data;
  return invitation;
};

const HINT = 'Copy it again from where it was shown, or make a new one: "quorate cluster join-token create".';
const refuse = (message: string): AppError => new AppError('INVALID_INPUT', { message, hint: HINT });

/** Key and rule of each problem; values stay out, one of them is the token. */
const messageOf = (error: z.ZodError): string => error.issues.map(({ path, message }) => `${path.join('.') || 'content'}: ${message}`).join('; ');

function isReplicaUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'https:' && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
}

const encodeBase64Url = (text: string): string => {
  const binary = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
};

const decodeBase64Url = (text: string): string => {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
};
