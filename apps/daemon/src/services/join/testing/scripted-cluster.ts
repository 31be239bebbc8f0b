import { once } from 'node:events';
import { createServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { AppError } from '@quorate/core/errors/app-error';
import { toProblem } from '@quorate/core/errors/problem';
import { createReplicaClient, type ReplicaClient } from '../../../host/replica-client';
import type { ClusterCa, KeyAndCert } from '../../../pki/api';
import { createClusterCa } from '../../../pki/ca';
import { createLeaf } from '../../../pki/leaf';
import { pinnedTlsOptions } from '../../../pki/pinned-tls';

export type Asked = {
  /** "POST /v1/cluster/join" */
  readonly what: string;
  readonly body: unknown;
  /** Common name of the client's certificate; null without one. */
  readonly by: string | null;
};

/** What to answer: a JSON body, a refusal, or `cut`, which breaks the connection instead. */
export type Answer = AppError | 'cut' | { readonly [key: string]: unknown };

export type ScriptedReplica = {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** Forgets what was asked and scripted. */
  readonly reset: () => void;
  /** What is answered from now on. */
  readonly script: (answer: (asked: Asked, count: number) => Answer | Promise<Answer>) => void;
  readonly close: () => Promise<void>;
};

export type ScriptedCluster = {
  readonly ca: ClusterCa;
  /** A replica listener with a certificate of this CA, whose answers the test writes. */
  readonly replica: (address: string) => Promise<ScriptedReplica>;
  /** A client with the certificate of the replica of that name. The caller closes it. */
  readonly client: (memberName: string) => Promise<ReplicaClient>;
};

/** Real TLS, real certificates, real HTTP; only what a replica would answer is made up. */
export const createScriptedCluster = async (): Promise<ScriptedCluster> => {
  const ca = await createClusterCa({ now: Date.now });
  const leaf = (kind: 'server' | 'replica', memberName: string, hosts: readonly string[]): Promise<KeyAndCert> =>
    createLeaf(ca, { kind, clusterId: ca.clusterId, generation: 1, memberName, hosts });
  return {
    ca,
    replica: async (address) => listen(ca, await leaf('server', 'n0', [address]), address),
    client: async (memberName) => {
      const { certPem, keyPem } = await leaf('replica', memberName, []);
      return createReplicaClient({ ...pinnedTlsOptions(ca.certPem), cert: certPem, key: keyPem });
    },
  };
};

const listen = async (ca: ClusterCa, pair: KeyAndCert, address: string): Promise<ScriptedReplica> => {
  const asked: Asked[] = [];
  const unscripted = () => new AppError('INTERNAL', { message: 'nothing is scripted' });
  let answerOf: (asked: Asked, count: number) => Answer | Promise<Answer> = unscripted;
  const tls = { key: pair.keyPem, cert: `${pair.certPem}\n${ca.certPem}`, ca: ca.certPem, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.3' };
  const server = createServer(tls as object, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const by = (request.socket as TLSSocket).getPeerCertificate().subject?.CN ?? null;
      const question: Asked = { what: `${request.method} ${request.url}`, body: text === '' ? null : JSON.parse(text), by: by as string | null };
      asked.push(question);
      const answer = await answerOf(question, asked.filter(({ what }) => what === question.what).length);
      if (answer === 'cut') return request.socket.destroy();
      const problem = answer instanceof AppError ? toProblem(answer, 'request-1') : null;
      response.writeHead(problem?.status ?? 200, { 'content-type': problem ? 'application/problem+json' : 'application/json' });
      response.end(JSON.stringify(problem ?? answer));
    });
  });
  server.listen(0, address);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port');
  return {
    url: `https://${address}:${bound.port}`,
    asked,
    reset: () => {
      asked.length = 0;
      answerOf = unscripted;
    },
    script: (next) => {
      answerOf = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
