/**
 * Serves the exported dashboard: exactly the files found at start, looked up by their address, so that no path can lead outside.
 * Every page gets a content security policy made of the hashes of its own inline scripts.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

const IMMUTABLE = 'public, max-age=31536000, immutable';
/** Kept, but asked for anew each time (by ETag): a page must not outlive an upgrade. */
const REVALIDATE = 'no-cache';
const NOT_FOUND_PAGE = '404.html';
const COMPRESSED = /\.(br|gz)$/;
const INLINE_SCRIPT = /<script(?![^>]*\ssrc\s*=)[^>]*>([\s\S]*?)<\/script>/gi;

export type Dashboard = {
  /** Answers 404 with the page made for that; false when there is none. */
  readonly sendNotFound: (reply: FastifyReply) => boolean;
};

/** Adds a route for all files of the directory. A missing or empty directory leaves a note at "/". */
export const registerDashboard = async (fastify: FastifyInstance, directory: string | null): Promise<Dashboard> => {
  const files = directory === null ? [] : await listFiles(directory);
  if (directory === null || !files.includes('index.html')) return withoutDashboard(fastify);
  await fastify.register(fastifyStatic, { root: directory, serve: false, preCompressed: true, cacheControl: false, dotfiles: 'deny' });
  const policies = await readPolicies(directory, files);
  const byAddress = new Map(files.flatMap((file) => addressesOf(file).map((address) => [address, file])));
  fastify.route({
    method: ['GET', 'HEAD'],
    url: '/*',
    handler: async (request, reply) => {
      const file = byAddress.get((request.params as { '*': string })['*']);
      if (file !== undefined) return sendFile(reply, file, policies);
      return reply.callNotFound();
    },
  });
  return {
    sendNotFound: (reply) => {
      if (!policies.has(NOT_FOUND_PAGE)) return false;
      sendFile(reply.code(404), NOT_FOUND_PAGE, policies);
      return true;
    },
  };
};

const sendFile = (reply: FastifyReply, file: string, policies: ReadonlyMap<string, string>): FastifyReply => {
  const policy = policies.get(file);
  if (policy !== undefined) reply.header('content-security-policy', policy);
  reply.header('cache-control', file.startsWith('_next/static/') ? IMMUTABLE : REVALIDATE);
  return reply.sendFile(file);
};

const withoutDashboard = (fastify: FastifyInstance): Dashboard => {
  const text = 'Quorate serves its API here. This installation has no dashboard.\n';
  fastify.route({ method: ['GET', 'HEAD'], url: '/', handler: async (_request, reply) => reply.type('text/plain; charset=utf-8').send(text) });
  return { sendNotFound: () => false };
};

/** All files below the directory, with "/" between names; without the compressed twins. Empty when it does not exist. */
const listFiles = async (directory: string): Promise<readonly string[]> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() && !COMPRESSED.test(entry.name))
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .sort();
};

/** Addresses of a file, without the first "/": pages lose ".html", an index stands for its directory. */
const addressesOf = (file: string): readonly string[] => {
  if (!file.endsWith('.html')) return [file];
  const page = file.slice(0, -'.html'.length);
  if (page === 'index') return ['', file];
  return [page.endsWith('/index') ? page.slice(0, -'index'.length) : page, file];
};

const readPolicies = async (directory: string, files: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const pages = files.filter((file) => file.endsWith('.html'));
  return new Map(await Promise.all(pages.map(async (page) => [page, contentSecurityPolicy(await readFile(path.join(directory, page), 'utf8'))] as const)));
};

/** The policy of one page: its own files, and the inline scripts it came with, by their SHA-256. */
export const contentSecurityPolicy = (html: string): string => {
  const hashes = [...html.matchAll(INLINE_SCRIPT)].map(
    (match) =>
      `'sha256-${createHash('sha256')
        .update(match[1] ?? '')
        .digest('base64')}'`,
  );
  return [
    "default-src 'none'",
    ["script-src 'self'", ...new Set(hashes)].join(' '),
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
};
