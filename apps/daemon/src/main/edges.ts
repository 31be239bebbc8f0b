import { readFileSync } from 'node:fs';
import { AppError } from '@quorate/core/errors/app-error';
import { createAdminSocket } from '../api/admin-socket';
import type { TcpServer } from '../api/http/tcp-server';
import { createPublicServer } from '../api/http-server';
import { createReplicaServer } from '../api/replica-server';
import type { ApiServices, LocalPort, ReplicaPort } from '../api/services';
import type { Closer } from '../kit/closer';
import type { ClusterCa } from '../pki/api';
import { identifyPeer } from '../pki/chain';
import { leafFiles } from '../pki/leaf-files';
import { parseAddress } from '../services/supervisor/urls';
import type { RunOptions } from './run-options';

/** What the listeners serve; filled in while the replica starts. */
export type Edges = { services: ApiServices | null; replica: ReplicaPort | null };

/** What every listener needs. */
export type Door = { readonly options: RunOptions; readonly edges: Edges; readonly closer: Closer };

/** Opens the admin socket: first of all, so that commands on this host can watch a start that takes long or fails. */
export const openAdminSocket = async ({ options, edges, closer }: Door, local: LocalPort): Promise<void> => {
  const socket = await createAdminSocket({ services: () => edges.services, local, logger: options.logger.child({ room: 'admin-socket' }) });
  closer.push('admin socket', () => socket.close());
  await socket.listen(options.paths.adminSocket);
};

/** Opens the public listener. With TLS it needs the server certificate, so it opens after the member is prepared. */
export const openPublicListener = async ({ options, edges, closer }: Door, pkiDir: string): Promise<TcpServer> => {
  const { public: listener } = options.config.listeners;
  const server = await createPublicServer({
    services: () => edges.services,
    logger: options.logger.child({ room: 'public' }),
    certificate: listener.tls === 'off' ? null : () => readServerCertificate(pkiDir),
    dashboardDir: options.dashboardDir,
    behindProxy: listener.behind_proxy,
  });
  closer.push('public listener', () => server.close());
  await server.listen(parseAddress(listener.address));
  return server;
};

/** Opens the replica listener: TLS 1.3 with the cluster's certificates. */
export const openReplicaListener = async (
  { options, edges, closer }: Door,
  identity: { pkiDir: string; ca: () => ClusterCa; generation: number },
): Promise<TcpServer> => {
  const server = await createReplicaServer({
    replica: () => edges.replica,
    logger: options.logger.child({ room: 'replica-listener' }),
    certificate: () => readServerCertificate(identity.pkiDir),
    identify: (certificate) => identifyPeer(certificate, identity.ca().certPem),
    caCertPem: () => identity.ca().certPem,
    clusterId: identity.ca().clusterId,
    generation: identity.generation,
  });
  closer.push('replica listener', () => server.close());
  await server.listen(parseAddress(options.config.listeners.replica.address));
  return server;
};

const readServerCertificate = (pkiDir: string): { certPem: string; keyPem: string } => {
  const { server } = leafFiles(pkiDir);
  try {
    return { certPem: readFileSync(server.certFile, 'utf8'), keyPem: readFileSync(server.keyFile, 'utf8') };
  } catch (error) {
    throw new AppError('CERT_INVALID', { message: `cannot read ${server.certFile}`, cause: error });
  }
};
