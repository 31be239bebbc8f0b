import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { AppError } from '@quorate/core/errors/app-error';
import { ProblemSchema } from '@quorate/core/errors/problem';
import type { CommitRequest, PrepareRequest } from '@quorate/core/join/wire';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../kit/logger';
import type { KeyAndCert } from '../pki/api';
import { identifyPeer } from '../pki/chain';
import { fetchPinnedCa, pinnedTlsOptions } from '../pki/pinned-tls';
import type { TcpServer } from './http/tcp-server';
import { createReplicaServer, type ReplicaServerDeps } from './replica-server';
import type { ReplicaPort } from './services';
import { createTestPki, type TestPki } from './testing/certificates';

const HOST = '127.0.23.1';
const JOIN_ID = 'a'.repeat(32);
const joiner: PrepareRequest['joiner'] = {
  joinId: JOIN_ID,
  name: 'n2',
  peerUrl: 'https://127.0.23.2:2380',
  replicaUrl: 'https://127.0.23.2:8443',
  publicUrl: null,
  publicKeySha256: '0'.repeat(64),
  clusterToken: 'quorate-cluster',
  versions: { quorate: '0.1.0', etcd: '3.5.16' },
  timers: { heartbeatMs: 100, electionMs: 1000 },
};
const prepare: PrepareRequest = { v: 1, token: 'qrt_join_good', joiner, dialBack: { peerNonce: null, replicaNonce: null }, sentAt: '2026-01-02T03:04:05Z' };
const commit: CommitRequest = { v: 1, token: 'qrt_join_good', joiner, csrPem: 'csr' };

let pki: TestPki;
let serverCertificate: KeyAndCert;
let replica: KeyAndCert;
const servers: TcpServer[] = [];
beforeAll(async () => {
  pki = await createTestPki();
  serverCertificate = await pki.server();
  replica = await pki.leaf();
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close({ graceMs: 100 })));
});

const seen: unknown[] = [];
const port = (part: Partial<ReplicaPort> = {}): ReplicaPort => ({
  prepare: async (request, from) => {
    seen.push({ from });
    if (request.token !== 'qrt_join_good') throw new AppError('JOIN_TOKEN_INVALID', { message: 'the token is not valid' });
    return {
      checks: [],
      clusterId: pki.ca.clusterId,
      servedBy: 'n1',
      serverTime: '2026-01-02T03:04:05Z',
      timers: joiner.timers,
      versions: joiner.versions,
      dbSizeBytes: 1,
      replicaUrls: [],
      peerUrls: [],
    };
  },
  commit: async () => {
    throw new AppError('JOIN_QUEUED', { message: 'another replica is joining' });
  },
  progress: async ({ joinId, request, peer }) => {
    seen.push({ joinId, request, peer: peer.memberName });
    return { phase: 'catching-up', leaderIndex: '10', percent: 50, etaSeconds: 1, stallReason: null, undoneReason: null };
  },
  undo: async ({ reason, proof }) => {
    seen.push({ reason, proof: 'peer' in proof ? proof.peer.memberName : proof.token });
    return { phase: 'undone' };
  },
  replicaStatus: async () => ({
    memberId: '1a',
    name: 'n1',
    clusterId: pki.ca.clusterId,
    generation: 1,
    isLearner: false,
    leaderId: '1a',
    raftTerm: '2',
    raftIndex: '10',
    raftAppliedIndex: '10',
    dbSizeBytes: 1,
    dbInUseBytes: 1,
    versions: joiner.versions,
    publicUrl: null,
    replicaUrl: 'https://127.0.23.1:8443',
    hasCaKey: true,
    time: '2026-01-02T03:04:05Z',
  }),
  view: () => ({ members: [], joins: [] }),
  caKey: async () => ({ keyPem: 'PRIVATE' }),
  ...part,
});

const serve = async (part: Partial<ReplicaServerDeps> = {}): Promise<{ port: number; server: TcpServer }> => {
  seen.length = 0;
  const server = await createReplicaServer({
    replica: () => port(),
    identify: (certificate) => identifyPeer(certificate, pki.ca.certPem),
    clusterId: pki.ca.clusterId,
    generation: 1,
    certificate: () => serverCertificate,
    caCertPem: () => pki.ca.certPem,
    logger: silentLogger,
    ...part,
  });
  servers.push(server);
  return { port: (await server.listen({ host: HOST, port: 0 })).port, server };
};

type Call = {
  readonly port: number;
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly as?: KeyAndCert | undefined;
  readonly trust?: string;
};
const call = ({
  port: to,
  method = 'POST',
  path,
  body,
  as,
  trust = pki.ca.certPem,
}: Call): Promise<{ status: number; json: unknown; headers: NodeJS.Dict<string | string[]> }> =>
  new Promise((resolve, reject) => {
    const identity = as === undefined ? {} : { cert: as.certPem, key: as.keyPem };
    const request = https.request(
      {
        host: HOST,
        port: to,
        method,
        path,
        agent: false,
        ...pinnedTlsOptions(trust),
        ...identity,
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('end', () => resolve({ status: response.statusCode ?? 0, json: JSON.parse(text) as unknown, headers: response.headers }));
      },
    );
    request.once('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
const codeOf = (answer: { status: number; json: unknown }) => [answer.status, ProblemSchema.parse(answer.json).code];

const PEER_ROUTES = [
  ['POST', `/v1/cluster/join/${JOIN_ID}/progress`, { phase: 'started', appliedIndex: null, dbSizeBytes: null }],
  ['GET', '/v1/replica/status', undefined],
  ['GET', '/v1/replica/view', undefined],
  ['POST', '/v1/replica/ca-key', undefined],
] as const;

describe('the replica listener', () => {
  it('shows its CA to a joiner that knows only the fingerprint, and answers it over TLS 1.3', async () => {
    const at = await serve();
    const { caCertPem } = await fetchPinnedCa({ host: HOST, port: at.port, fingerprint: pki.ca.fingerprint });
    const answer = await call({ port: at.port, path: '/v1/cluster/join/prepare', body: prepare, trust: caCertPem });
    expect([answer.status, answer.json]).toMatchObject([200, { servedBy: 'n1' }]);
    await expect(call({ port: at.port, path: '/v1/cluster/join', body: commit }).then(codeOf)).resolves.toEqual([409, 'JOIN_QUEUED']);
  });

  it('does not speak TLS 1.2', async () => {
    const at = await serve();
    const outcome = await new Promise<string>((resolve) => {
      const socket = tls.connect({ host: HOST, port: at.port, maxVersion: 'TLSv1.2', rejectUnauthorized: false }, () => resolve('connected'));
      socket.once('error', () => resolve('refused'));
    });
    expect(outcome).toBe('refused');
  });

  it('serves replicas of its cluster and generation', async () => {
    const at = await serve();
    for (const [method, path, body] of PEER_ROUTES)
      expect([path, (await call({ port: at.port, method, path, body, as: replica })).status]).toEqual([path, 200]);
    expect(seen).toEqual([{ joinId: JOIN_ID, request: { phase: 'started', appliedIndex: null, dbSizeBytes: null }, peer: 'n2' }]);
  });

  it('refuses everything a replica may ask to anyone else: no, foreign, wrong, old and expired certificates', async () => {
    const at = await serve();
    const foreign = await createTestPki();
    const day = 86_400_000;
    const impostors: [string, KeyAndCert | undefined, number, string][] = [
      ['none', undefined, 401, 'UNAUTHENTICATED'],
      ['another CA', await foreign.leaf(), 401, 'UNAUTHENTICATED'],
      ['an expired one', await pki.leaf({ nowMs: Date.now() - 30 * day, validForMs: day }), 401, 'UNAUTHENTICATED'],
      ['a peer certificate', await pki.leaf({ kind: 'peer' }), 403, 'FORBIDDEN'],
      ['a server certificate', await pki.leaf({ kind: 'server' }), 403, 'FORBIDDEN'],
      ['another generation', await pki.leaf({ generation: 2 }), 403, 'FORBIDDEN'],
    ];
    for (const [name, as, status, code] of impostors) {
      for (const [method, path, body] of PEER_ROUTES)
        expect([name, path, ...codeOf(await call({ port: at.port, method, path, body, as }))]).toEqual([name, path, status, code]);
    }
    expect(seen).toEqual([]);
  });

  it('lets a join be undone by its certificate or by its token, and by nobody else', async () => {
    const at = await serve();
    const path = `/v1/cluster/join/${JOIN_ID}/undo`;
    const undo = (token: string | null, as?: KeyAndCert) => call({ port: at.port, path, body: { token, reason: 'gave up' }, as });
    expect((await undo(null, replica)).json).toEqual({ phase: 'undone' });
    expect((await undo('qrt_join_good')).status).toBe(200);
    expect(codeOf(await undo(null))).toEqual([401, 'UNAUTHENTICATED']);
    expect(seen).toEqual([
      { reason: 'gave up', proof: 'n2' },
      { reason: 'gave up', proof: 'qrt_join_good' },
    ]);
  });

  it('stops looking at tokens of an address after too many wrong ones', async () => {
    const at = await serve({ limits: { failuresPerMinute: 2 } });
    const attempt = (token: string) => call({ port: at.port, path: '/v1/cluster/join/prepare', body: { ...prepare, token } });
    expect(codeOf(await attempt('qrt_join_bad'))).toEqual([401, 'JOIN_TOKEN_INVALID']);
    expect((await attempt('qrt_join_good')).status).toBe(200);
    expect(codeOf(await attempt('qrt_join_bad'))).toEqual([401, 'JOIN_TOKEN_INVALID']);
    const limited = await attempt('qrt_join_good');
    expect(codeOf(limited)).toEqual([429, 'RATE_LIMITED']);
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
    expect(seen).toHaveLength(3);
    expect((await call({ port: at.port, method: 'GET', path: '/v1/replica/status', as: replica })).status).toBe(200);
  });

  it.each([
    ['a body of another form', { v: 1, token: 'x' }],
    ['another version', { ...prepare, v: 2 }],
    ['no body', undefined],
  ])('refuses %s before anything is done', async (_name, body) => {
    const at = await serve();
    expect(codeOf(await call({ port: at.port, path: '/v1/cluster/join/prepare', body }))).toEqual([400, 'INVALID_INPUT']);
    expect(seen).toEqual([]);
  });

  it('refuses a join id of another form, an unknown address and a body that is too large', async () => {
    const at = await serve();
    expect(codeOf(await call({ port: at.port, path: '/v1/cluster/join/x/progress', body: PEER_ROUTES[0][2], as: replica }))).toEqual([400, 'INVALID_INPUT']);
    expect(codeOf(await call({ port: at.port, path: '/v1/cluster', method: 'GET', as: replica }))).toEqual([404, 'NOT_FOUND']);
    expect(codeOf(await call({ port: at.port, path: '/v1/cluster/join', body: { ...commit, csrPem: 'x'.repeat(70_000) } }))).toEqual([
      413,
      'PAYLOAD_TOO_LARGE',
    ]);
  });

  it('says STARTING until there is something to serve, and never lets an undeclared field out', async () => {
    const starting = await serve({ replica: () => null });
    expect(codeOf(await call({ port: starting.port, method: 'GET', path: '/v1/replica/status', as: replica }))).toEqual([503, 'STARTING']);
    const leaky = await serve({
      replica: () => port({ caKey: async () => ({ keyPem: 'PRIVATE', extra: 'leak' }), undo: async () => ({ phase: 'gone' as 'undone' }) }),
    });
    expect((await call({ port: leaky.port, path: '/v1/replica/ca-key', as: replica })).json).toEqual({ keyPem: 'PRIVATE' });
    expect(codeOf(await call({ port: leaky.port, path: `/v1/cluster/join/${JOIN_ID}/undo`, body: { token: null, reason: '' }, as: replica }))).toEqual([
      500,
      'INTERNAL',
    ]);
  });

  it('takes up a renewed certificate without a restart', async () => {
    let current = serverCertificate;
    const at = await serve({ certificate: () => current });
    const serial = () =>
      new Promise<string>((resolve, reject) => {
        const socket = tls.connect({ host: HOST, port: at.port, ...pinnedTlsOptions(pki.ca.certPem) }, () => {
          resolve(socket.getPeerCertificate().serialNumber);
          socket.destroy();
        });
        socket.once('error', reject);
      });
    const before = await serial();
    current = await pki.server();
    expect(await serial()).toBe(before);
    at.server.reloadTls();
    expect(await serial()).not.toBe(before);
    expect((await call({ port: at.port, method: 'GET', path: '/v1/replica/status', as: replica })).status).toBe(200);
  });

  it('refuses plain text', async () => {
    const at = await serve();
    const socket = net.connect(at.port, HOST);
    socket.on('error', () => undefined);
    socket.write('GET /v1/replica/status HTTP/1.1\r\nhost: x\r\n\r\n');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
    expect(text).not.toContain('200');
  });
});
