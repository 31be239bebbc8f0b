/** Where this replica keeps its things, from the configuration alone. */
import { join, resolve } from 'node:path';
import type { RuleProblem } from '@quorate/core/config/rule-problem';
import { type Config, ConfigSchema } from '@quorate/core/config/schema';

/** Absolute paths. */
export type ReplicaPaths = {
  readonly dataDir: string;
  readonly etcdDataDir: string;
  readonly caCertFile: string;
  readonly caKeyFile: string;
  readonly adminSocket: string;
};

/** Room for the path of a Unix socket on Linux: 108 bytes with the final zero. */
const SOCKET_PATH_MAX = 107;

/**
 * Fills in every path that the configuration leaves open.
 *
 * The admin socket lies in /run/quorate only for root with the default data directory: two replicas on one host must not share it.
 */
export const resolvePaths = (config: Config, { isRoot = process.getuid?.() === 0 }: { readonly isRoot?: boolean } = {}): ReplicaPaths => {
  const dataDir = resolve(config.data_dir);
  const isInstalled = isRoot && dataDir === ConfigSchema.parse({}).data_dir;
  return {
    dataDir,
    etcdDataDir: resolve(config.etcd.data_dir ?? join(dataDir, 'etcd')),
    caCertFile: resolve(config.cluster_ca.cert_file ?? join(dataDir, 'ca', 'cluster-ca.crt')),
    caKeyFile: resolve(config.cluster_ca.key_file ?? join(dataDir, 'ca', 'cluster-ca.key')),
    adminSocket: resolve(config.listeners.admin_socket.path ?? (isInstalled ? '/run/quorate/admin.sock' : join(dataDir, 'admin.sock'))),
  };
};

/** Rules that need resolved paths. */
export const checkPaths = (config: Config): RuleProblem[] => {
  const { adminSocket, dataDir } = resolvePaths(config);
  const length = Buffer.byteLength(adminSocket);
  if (length <= SOCKET_PATH_MAX) return [];
  const key = 'listeners.admin_socket.path';
  const rule = `would be ${adminSocket}, ${length} bytes long; a socket path holds ${SOCKET_PATH_MAX}. Name a shorter one (data_dir is ${dataDir})`;
  return [{ key, value: config.listeners.admin_socket.path, rule, related: ['data_dir'] }];
};
