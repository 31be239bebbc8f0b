// Where the scripts keep what they make. Everything lives below the project; nothing is written outside it.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Project-local state, ignored by git: removing it costs one longer set-up and the lab's data. */
export const stateDir = join(root, '.quorate');
export const stampDir = join(stateDir, 'setup');
export const toolsDir = join(stateDir, 'tools');
export const testDir = join(stateDir, 'test');

/** The unpacked etcd packages; the executables are in usr/bin below it. */
export const localEtcdDir = join(toolsDir, 'etcd');
export const localEtcdBin = join(localEtcdDir, 'usr', 'bin');
