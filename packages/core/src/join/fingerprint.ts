const FINGERPRINT = /^sha256:[0-9a-f]{64}$/;

/** What a CA fingerprint looks like, for messages. */
export const FINGERPRINT_RULE = 'must be "sha256:" and 64 lower-case hex digits, as "quorated ca fingerprint" prints it';

/** True for sha256:<64 lower-case hex digits>: the SHA-256 of a DER certificate. */
export const isFingerprint = (text: string): boolean => FINGERPRINT.test(text);
