// Writes src/etcd/gen/*_pb.ts from the .proto files beside this one. Needs no network: buf and its plug-in are dev dependencies.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const bin = join(dirname(createRequire(import.meta.url).resolve('@bufbuild/buf/package.json')), '..', '..', '.bin');
const PATH = [bin, process.env.PATH].join(delimiter);
execFileSync(join(bin, 'buf'), ['generate'], { cwd: here, stdio: 'inherit', env: { ...process.env, PATH } });
