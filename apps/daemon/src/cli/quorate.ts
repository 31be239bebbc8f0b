/** `quorate`: the client of a cluster, for operators and scripts. */
import { readEnvironment } from '../config/environment';
import { runQuorate } from './quorate/run';
import { processTerminal } from './quorate/terminal';

const env = readEnvironment();
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interrupted.abort(new DOMException(`${signal} received`, 'AbortError')));
}
// `quorate … | head`: whoever read has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.exitCode = await runQuorate(process.argv.slice(2), { terminal: processTerminal(env), env, signal: interrupted.signal });
