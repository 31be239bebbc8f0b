import { X509Certificate } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureClientPki } from './client-files';
import { openssl } from './testing/openssl';

const DAY = 24 * 3_600_000;
let dir = '';
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'quorate-client-')), 'pki');
});
afterEach(() => rm(join(dir, '..'), { recursive: true, force: true }));
const ensure = (extra: object = {}) => ensureClientPki({ dir, hosts: ['127.0.0.1', 'localhost'], ...extra });
const caOf = async () => new X509Certificate(await readFile(join(dir, 'client-ca.crt'))).fingerprint256;

describe('ensureClientPki', () => {
  it('makes one server and one client certificate and forgets the key that signed them', async () => {
    const files = await ensure();
    const [ca, server, client] = await Promise.all([files.caFile, files.server.certFile, files.client.certFile].map((file) => readFile(file, 'utf8')));
    const inputs = { ca: ca ?? '', server: server ?? '', client: client ?? '' };
    for (const [purpose, leaf] of [
      ['sslserver', '@server'],
      ['sslclient', '@server'],
      ['sslclient', '@client'],
    ] as const)
      expect(await openssl(['verify', '-purpose', purpose, '-CAfile', '@ca', leaf], inputs)).toContain(': OK');
    expect((await readdir(dir)).sort()).toEqual(['client-ca.crt', 'client-server.crt', 'client-server.key', 'client.crt', 'client.key']);
    for (const file of await readdir(dir)) expect((await stat(join(dir, file))).mode & 0o777).toBe(0o600);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    expect(new X509Certificate(server ?? '').checkIP('127.0.0.1')).toBe('127.0.0.1');
  });

  it('keeps a good set', async () => {
    await ensure();
    const before = await caOf();
    await ensure();
    expect(await caOf()).toBe(before);
  });

  it.each<[string, (path: string) => Promise<unknown>, object]>([
    ['a file is missing', (path) => rm(join(path, 'client.key')), {}],
    ['a file is damaged', (path) => writeFile(join(path, 'client-server.crt'), 'rubbish'), {}],
    ['a host is not covered', async () => undefined, { hosts: ['127.0.22.1'] }],
    ['less than 30 days are left', async () => undefined, { now: () => Date.now() + 3_630 * DAY }],
  ])('makes a new set as a whole when %s', async (_, damage, extra) => {
    await ensure();
    const before = await caOf();
    await damage(dir);
    await ensure(extra);
    const after = await caOf();
    expect(after).not.toBe(before);
    await ensure(extra);
    expect(await caOf()).toBe(after);
  });
});
