import { readFile } from 'node:fs/promises';
import { AppError } from '@quorate/core/errors/app-error';
import { parseJoinToken } from '@quorate/core/join/token';

/** The token that was given inline or in a file; a mistyped one is found here already. Throws JOIN_TOKEN_INVALID. */
export const readGivenToken = async (given: { readonly token: string | null; readonly tokenFile: string | null }): Promise<string> => {
  const text = given.token ?? (await readTokenFile(given.tokenFile ?? ''));
  const parsed = parseJoinToken(text);
  if (parsed.ok) return parsed.plaintext;
  throw new AppError('JOIN_TOKEN_INVALID', {
    message:
      parsed.reason === 'mistyped' ? 'the join token is mistyped: its checksum does not fit' : 'this is not a join token: it does not have the form qrt_join_…',
    hint: 'Copy it again as a whole; a new one: "quorate cluster join-token create".',
  });
};

const readTokenFile = async (file: string): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new AppError('JOIN_TOKEN_INVALID', { message: `cannot read the token file ${file}`, cause: error });
  }
};
