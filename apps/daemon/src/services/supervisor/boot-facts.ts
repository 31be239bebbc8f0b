import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { BootFacts } from './boot-plan';
import { readIdentity } from './identity';

type Places = Pick<BootFacts, 'mode' | 'configuredName' | 'dataDir' | 'etcdDir' | 'caCertFile' | 'caKeyFile' | 'pendingJoin'>;

/** Looks at the disk for `planBoot`. Changes nothing. */
export const observeBoot = async (places: Places): Promise<BootFacts> => {
  const [identity, hasWal, hasCaCert, hasCaKey] = await Promise.all([
    readIdentity(places.dataDir),
    holdsWal(places.etcdDir),
    exists(places.caCertFile),
    exists(places.caKeyFile),
  ]);
  return { ...places, identity, hasWal, hasCaCert, hasCaKey };
};

/** etcd's own test for "this member exists": its member directory holds a write-ahead log. */
const holdsWal = async (etcdDir: string): Promise<boolean> => {
  const files = await readdir(join(etcdDir, 'member', 'wal')).catch(() => []);
  return files.some((file) => file.endsWith('.wal'));
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
