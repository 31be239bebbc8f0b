import { readFile } from 'node:fs/promises';
import { AppError } from '@quorate/core/errors/app-error';
import type { Environment } from '../../config/environment';
import { createClient, type QuorateClient } from './client';
import type { Terminal } from './terminal';
import { chooseTargets } from './transport/target';
import { createTrust } from './transport/trust';

/** Options of every command, as commander names them. */
export type GlobalOptions = {
  readonly endpoint?: string;
  readonly socket?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
  readonly caFingerprint?: string;
  readonly json?: boolean;
  readonly output?: 'text' | 'json';
};

/** What one run of a command works with. */
export type Session = {
  readonly terminal: Terminal;
  readonly isJson: boolean;
  /** Aborts when the command is interrupted. */
  readonly signal: AbortSignal;
  /** Throws what is wrong with the options that say where and as whom. */
  readonly connect: () => Promise<QuorateClient>;
};

export type SessionDeps = {
  readonly terminal: Terminal;
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** Where to look for an admin socket when nothing is named; default: of an installed replica. */
  readonly defaultSockets?: readonly string[];
};

/** True when the answer is for a program. */
export const wantsJson = (options: GlobalOptions): boolean => options.json === true || options.output === 'json';

/** The session of one run. */
export const createSession = (deps: SessionDeps, options: GlobalOptions): Session => ({
  terminal: deps.terminal,
  isJson: wantsJson(options),
  signal: deps.signal,
  connect: async () => {
    const { env, signal } = deps;
    // An admin socket that is named outright must not be refused because of a variable that was set for all commands.
    const endpoints = options.endpoint ?? (options.socket === undefined ? (env.QUORATE_ENDPOINTS ?? env.QUORATE_ENDPOINT) : undefined);
    const targets = await chooseTargets({ socket: options.socket, endpoints: endpoints === '' ? undefined : endpoints }, deps.defaultSockets);
    const trust = createTrust({ caFile: options.caFile, caFingerprint: options.caFingerprint });
    if (targets.every((target) => target.kind === 'socket')) return createClient(targets, { token: null, trust }, signal);
    return createClient(targets, { token: await readToken(options, env), trust }, signal);
  },
});

/** The administrator token. Throws INVALID_INPUT for two of them or an unreadable file, UNAUTHENTICATED for none. */
const readToken = async (options: GlobalOptions, env: Environment): Promise<string> => {
  if (options.token !== undefined && options.tokenFile !== undefined) {
    throw new AppError('INVALID_INPUT', { message: 'both --token and --token-file are given', hint: 'Give one of them.' });
  }
  const token = (options.tokenFile === undefined ? (options.token ?? env.QUORATE_TOKEN ?? '') : await readTokenFile(options.tokenFile)).trim();
  if (token === '') {
    throw new AppError('UNAUTHENTICATED', {
      message: 'an endpoint needs the administrator token',
      hint: 'Give --token-file FILE (admin-token in the data directory of the first replica) or set QUORATE_TOKEN.',
    });
  }
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new AppError('INVALID_INPUT', {
    message: 'the administrator token holds characters that no token has',
    hint: 'A token is one word: qrt_admin_… and nothing else.',
  });
};

const readTokenFile = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: unknown) => {
    throw new AppError('INVALID_INPUT', { message: `cannot read the token file ${file}`, cause });
  });
