import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { isIP } from 'node:net';
import { AppError } from '@quorate/core/errors/app-error';

/** Where a replica can be asked. */
export type Target = { readonly kind: 'socket'; readonly path: string } | { readonly kind: 'endpoint'; readonly url: URL };

/** How a target is named in messages. */
export const targetName = (target: Target): string => (target.kind === 'socket' ? target.path : target.url.origin);

/** Where the admin socket of an installed replica lies: of root's, and of one that runs as its own user. */
export const DEFAULT_SOCKETS = ['/run/quorate/admin.sock', '/var/lib/quorate/admin.sock'] as const;

export type TargetChoice = {
  /** --socket. */
  readonly socket: string | undefined;
  /** --endpoint or QUORATE_ENDPOINTS; commas or blanks in between. */
  readonly endpoints: string | undefined;
};

/**
 * The targets to ask, in order. What was named goes before what is there: the admin socket is only the default.
 * Throws INVALID_INPUT for a URL that is none, DAEMON_UNREACHABLE when nothing was named and there is no socket for this user.
 */
export const chooseTargets = async (choice: TargetChoice, defaultSockets: readonly string[] = DEFAULT_SOCKETS): Promise<readonly Target[]> => {
  if (choice.socket !== undefined && choice.endpoints !== undefined) {
    throw new AppError('INVALID_INPUT', {
      message: 'both an admin socket and an endpoint are named',
      hint: 'Name one of them: --socket PATH or --endpoint URL.',
    });
  }
  if (choice.socket !== undefined) return [{ kind: 'socket', path: choice.socket }];
  if (choice.endpoints !== undefined) return parseEndpoints(choice.endpoints);
  const found = await firstAccessible(defaultSockets);
  if (found !== null) return [{ kind: 'socket', path: found }];
  throw new AppError('DAEMON_UNREACHABLE', {
    message: `no admin socket that this user may use (${defaultSockets.join(', ')}), and no endpoint was named`,
    hint: 'Run this as root on a replica, or name replicas and the administrator token: --endpoint https://HOST:8080 --token-file FILE.',
  });
};

const parseEndpoints = (text: string): readonly Target[] => {
  const urls = text.split(/[\s,]+/).filter((part) => part !== '');
  if (urls.length === 0) throw new AppError('INVALID_INPUT', { message: 'the list of endpoints is empty' });
  return urls.map((url) => ({ kind: 'endpoint', url: parseEndpoint(url) }));
};

const parseEndpoint = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isBare = url !== null && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (url === null || !isBare || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new AppError('INVALID_INPUT', {
      message: `${JSON.stringify(text)} is not an endpoint`,
      hint: 'An endpoint is the public listener of a replica: https://HOST:8080.',
    });
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new AppError('INVALID_INPUT', {
      message: `${url.origin} would carry the administrator token unencrypted over the network`,
      hint: 'Use https:// (with --ca-fingerprint or --ca-file if the certificate is one of the cluster).',
    });
  }
  return url;
};

const isLoopback = (hostname: string): boolean => {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
};

const firstAccessible = async (paths: readonly string[]): Promise<string | null> => {
  for (const path of paths) {
    const isOurs = await access(path, constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    );
    if (isOurs) return path;
  }
  return null;
};
