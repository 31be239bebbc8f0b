import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TcpServer } from '../../../api/http/tcp-server';
import { createPublicServer } from '../../../api/http-server';
import { createTestPki, type TestPki } from '../../../api/testing/certificates';
import { ADMIN_TOKEN, fakeServices } from '../../../api/testing/fake-services';
import { silentLogger } from '../../../kit/logger';
import { runCommand } from '../testing/run-command';
import { chooseTargets } from './target';

let directory: string;
let pki: TestPki;
let server: TcpServer;
let url: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'quorate-'));
  pki = await createTestPki();
  const certificate = await pki.server();
  const fake = fakeServices();
  server = await createPublicServer({ services: () => fake, logger: silentLogger, certificate: () => certificate, dashboardDir: null, behindProxy: false });
  url = (await server.listen({ host: '127.0.23.6', port: 0 })).url;
  await writeFile(path.join(directory, 'ca.crt'), pki.ca.certPem);
  await writeFile(path.join(directory, 'token'), `${ADMIN_TOKEN}\n`);
});
afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

const status = (args: readonly string[], env: Record<string, string> = {}) =>
  runCommand([...args, 'cluster', 'status', '--json'], { env: { QUORATE_TOKEN: ADMIN_TOKEN, ...env } });
const codeOf = (result: { err: string }) => (JSON.parse(result.err) as { code: string }).code;

describe('an https endpoint', () => {
  it('is trusted by the fingerprint of its CA, by its CA file, and not without', async () => {
    expect((await status(['--endpoint', url, '--ca-fingerprint', pki.ca.fingerprint])).status).toBe(0);
    expect((await status(['--endpoint', url, '--ca-fingerprint', pki.ca.fingerprint.toUpperCase().replace('SHA256:', '')])).status).toBe(0);
    expect((await status(['--endpoint', url, '--ca-file', path.join(directory, 'ca.crt')])).status).toBe(0);
    const untrusted = await status(['--endpoint', url]);
    expect([untrusted.status, JSON.parse(untrusted.err)]).toMatchObject([
      69,
      { code: 'DAEMON_UNREACHABLE', hint: expect.stringContaining('--ca-fingerprint') },
    ]);
  });

  it('is refused when it presents another CA: the token is not sent, and no other endpoint is asked', async () => {
    const refused = await status(['--endpoint', `${url},${url}`, '--ca-fingerprint', `sha256:${'0'.repeat(64)}`]);
    expect([refused.status, codeOf(refused)]).toEqual([77, 'JOIN_FINGERPRINT_MISMATCH']);
    const foreign = await createTestPki();
    await writeFile(path.join(directory, 'foreign.crt'), foreign.ca.certPem);
    expect(codeOf(await status(['--endpoint', url, '--ca-file', path.join(directory, 'foreign.crt')]))).toBe('DAEMON_UNREACHABLE');
  });

  it('may be silent: the next one is asked for its CA then', async () => {
    expect((await status(['--endpoint', `https://127.0.23.6:1,${url}`, '--ca-fingerprint', pki.ca.fingerprint])).status).toBe(0);
  });

  it.each([
    [['--ca-file', '/nowhere/ca.crt'], 'cannot read the CA file'],
    [['--ca-fingerprint', 'sha256:12'], '64 hex digits'],
    [['--ca-file', 'a', '--ca-fingerprint', 'b'], 'both'],
    [['--token', 'a', '--token-file', 'b'], 'both'],
    [['--token-file', '/nowhere/token'], 'cannot read the token file'],
    [['--token', 'two words'], 'characters that no token has'],
    [['--token', 'a\r\nx-evil: 1'], 'characters that no token has'],
  ])('needs sound options, not %s', async (args, why) => {
    const { status: exit, err } = await status(['--endpoint', url, ...args]);
    expect([exit, err]).toEqual([64, expect.stringContaining(why)]);
  });

  it('needs a token, from a flag, a file or the environment', async () => {
    const pin = ['--endpoint', url, '--ca-fingerprint', pki.ca.fingerprint];
    expect((await status([...pin, '--token-file', path.join(directory, 'token')], { QUORATE_TOKEN: '' })).status).toBe(0);
    expect((await status([...pin, '--token', ADMIN_TOKEN], { QUORATE_TOKEN: 'wrong' })).status).toBe(0);
    const none = await status(pin, { QUORATE_TOKEN: '' });
    expect([none.status, codeOf(none)]).toEqual([77, 'UNAUTHENTICATED']);
  });

  it('may come from the environment', async () => {
    for (const name of ['QUORATE_ENDPOINTS', 'QUORATE_ENDPOINT'])
      expect((await status(['--ca-fingerprint', pki.ca.fingerprint], { [name]: url })).status).toBe(0);
  });
});

describe('the choice of targets', () => {
  it('takes what is named before what is there, and the first socket that this user may use', async () => {
    const usable = path.join(directory, 'usable');
    await writeFile(usable, '');
    await chmod(usable, 0o600);
    const found = [path.join(directory, 'missing'), usable];
    expect(await chooseTargets({ socket: undefined, endpoints: undefined }, found)).toEqual([{ kind: 'socket', path: usable }]);
    expect(await chooseTargets({ socket: '/s', endpoints: undefined }, found)).toEqual([{ kind: 'socket', path: '/s' }]);
    expect(await chooseTargets({ socket: undefined, endpoints: 'https://a:8080, http://127.0.0.1:8080 http://[::1]:1' }, found)).toMatchObject([
      { kind: 'endpoint' },
      {},
      {},
    ]);
  });

  it('says what to do when there is nothing', async () => {
    const { status: exit, err } = await runCommand(['cluster', 'status']);
    expect([exit, err]).toEqual([69, expect.stringContaining('--endpoint https://HOST:8080 --token-file FILE')]);
  });

  it.each([
    'ftp://a:1',
    'a:8080',
    'https://a:8080/path',
    'https://user:pass@a:8080',
    'https://a:8080?x=1',
    'http://10.0.0.10:8080',
    'http://replica.example:8080',
    ' , ',
  ])('refuses the endpoint "%s"', async (endpoint) => {
    await expect(chooseTargets({ socket: undefined, endpoints: endpoint }, [])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('refuses to guess between a socket and an endpoint', async () => {
    await expect(chooseTargets({ socket: '/s', endpoints: 'https://a:8080' }, [])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
