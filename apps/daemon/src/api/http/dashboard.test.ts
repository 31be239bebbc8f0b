import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedPublic, servePublic } from '../testing/serve-public';
import { contentSecurityPolicy } from './dashboard';

let directory: string;
let served: ServedPublic;
const script = 'self.__next_f.push([1,"a"])';
const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'dashboard-'));
  const put = async (file: string, text: string | Buffer) => {
    await mkdir(path.dirname(path.join(directory, file)), { recursive: true });
    await writeFile(path.join(directory, file), text);
  };
  await put('index.html', `<script src="/_next/static/a.js" async></script><script>${script}</script>`);
  await put('members.html', '<p>members</p><script id="x">one()</script><script>two()</script>');
  await put('members/data.txt', 'payload');
  await put('members/__next.$d$id, x:y.txt', 'odd');
  await put('404.html', '<p>not here</p>');
  await put('_next/static/a.js', 'console.log(1)'.repeat(50));
  await put('_next/static/a.js.br', brotliCompressSync('console.log(1)'.repeat(50)));
  await put('.secret', 'no');
  await writeFile(path.join(path.dirname(directory), `${path.basename(directory)}-outside.txt`), 'outside');
  served = await servePublic({ dashboardDir: directory });
});
afterAll(async () => {
  await served.close();
  await rm(directory, { recursive: true, force: true });
  await rm(`${directory}-outside.txt`, { force: true });
});

describe('the dashboard', () => {
  it('is served page by page, each with the hashes of its own inline scripts', async () => {
    const index = await fetch(`${served.url}/`);
    const members = await fetch(`${served.url}/members`);
    expect(await index.text()).toContain(script);
    expect(index.headers.get('content-type')).toContain('text/html');
    expect(index.headers.get('content-security-policy')).toContain(`script-src 'self' ${hashOf(script)};`);
    expect(members.headers.get('content-security-policy')).toContain(`script-src 'self' ${hashOf('one()')} ${hashOf('two()')};`);
    expect(members.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(members.headers.get('cache-control')).toBe('no-cache');
    expect((await fetch(`${served.url}/members/data.txt`)).status).toBe(200);
  });

  it('finds files with unusual names under each spelling of their address', async () => {
    for (const spelling of ['__next.$d$id,%20x:y.txt', '__next.%24d%24id%2C%20x%3Ay.txt'])
      expect([spelling, await (await fetch(`${served.url}/members/${spelling}`)).text()]).toEqual([spelling, 'odd']);
  });

  it('sends hashed files compressed and to be kept for ever', async () => {
    const response = await fetch(`${served.url}/_next/static/a.js`, { headers: { 'accept-encoding': 'br' } });
    expect(response.headers.get('content-encoding')).toBe('br');
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(await response.text()).toContain('console.log(1)');
  });

  it('answers 304 to a browser that has the page already', async () => {
    const etag = (await fetch(`${served.url}/members`)).headers.get('etag') ?? '';
    // fetch would add "cache-control: no-cache", which asks for the page whatever its tag.
    const response = await new Promise<http.IncomingMessage>((resolve) => http.get(`${served.url}/members`, { headers: { 'if-none-match': etag } }, resolve));
    response.resume();
    expect(response.statusCode).toBe(304);
  });

  it('shows its own page for an address that leads nowhere, and a problem to programs', async () => {
    const page = await fetch(`${served.url}/nowhere`, { headers: { accept: 'text/html' } });
    expect([page.status, await page.text()]).toEqual([404, '<p>not here</p>']);
    const problem = await fetch(`${served.url}/nowhere`);
    expect([problem.status, problem.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
  });

  it.each(['/.secret', '/..%2f{name}-outside.txt', '/%2e%2e/{name}-outside.txt', '/_next/static/..%2f..%2f.secret', '/members%00.html'])(
    'gives nothing away at %s',
    async (target) => {
      const response = await fetch(served.url + target.replace('{name}', path.basename(directory)));
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(await response.text()).not.toMatch(/^(no|outside)$/);
    },
  );

  it('is not needed: without it the root says what this is', async () => {
    const bare = await servePublic({ dashboardDir: path.join(directory, 'missing') });
    try {
      const response = await fetch(`${bare.url}/`);
      expect([response.status, await response.text()]).toEqual([200, 'Quorate serves its API here. This installation has no dashboard.\n']);
    } finally {
      await bare.close();
    }
  });
});

describe('the policy of a page', () => {
  it('hashes inline scripts only, whatever their case and attributes, and each once', () => {
    const html = '<SCRIPT type="module">a()</SCRIPT><script data-x="1">a()</script><script src=x.js></script><script>\nb("<p>")\n</script>';
    expect(contentSecurityPolicy(html)).toContain(`script-src 'self' ${hashOf('a()')} ${hashOf('\nb("<p>")\n')};`);
  });
});
