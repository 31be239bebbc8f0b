import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** PATH of this process, with the project-local copy of etcd behind it. */
export const testPath = (): string => {
  const repository = join(dirname(fileURLToPath(import.meta.url)), '../../../../..');
  return [process.env.PATH ?? '', join(repository, '.quorate/tools/etcd/usr/bin')].join(delimiter);
};

/** Absolute path of etcd, etcdctl or etcdutl for tests. Throws, never skips: a test without etcd tests nothing. */
export const findEtcdTool = (name: 'etcd' | 'etcdctl' | 'etcdutl'): string => {
  for (const directory of testPath().split(delimiter)) {
    const file = join(directory, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this directory.
    }
  }
  throw new Error(`${name} is neither in PATH nor in .quorate/tools/etcd/usr/bin: run the set-up first`);
};
