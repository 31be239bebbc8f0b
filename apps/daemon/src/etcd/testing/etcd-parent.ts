/** A process that does nothing but start etcd, to be killed by tests. Argument: JSON of { flags, path }. Prints the pid of etcd. */
import { z } from 'zod';
import { silentLogger } from '../../kit/logger';
import type { EtcdFlags } from '../api';
import { startEtcdProcess } from '../process';

const { flags, path } = z.object({ flags: z.custom<EtcdFlags>(), path: z.string() }).parse(JSON.parse(process.argv[2] ?? ''));
const etcd = await startEtcdProcess({ flags, path, logger: silentLogger, signal: new AbortController().signal });
process.stdout.write(`${etcd.pid}\n`);
await etcd.exited;
