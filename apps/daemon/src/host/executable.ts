import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { AppError } from '@quorate/core/errors/app-error';

/** Absolute path of an executable: a path as it is, a bare name looked up in `searchPath` (the form of PATH). Throws ETCD_NOT_FOUND. */
export const findEtcd = async (name: string, searchPath: string): Promise<string> => {
  const candidates =
    name.includes('/') || isAbsolute(name)
      ? [resolve(name)]
      : searchPath
          .split(delimiter)
          .filter(Boolean)
          .map((directory) => join(directory, name));
  for (const candidate of candidates) {
    const isThere = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return candidate;
  }
  throw new AppError('ETCD_NOT_FOUND', {
    message: name.includes('/') ? `${name} cannot be executed` : `there is no executable named ${name} on PATH`,
    hint: 'Install etcd 3.5 or newer (Debian 13: "apt install etcd-server"), or name the executable with etcd.binary.',
  });
};
