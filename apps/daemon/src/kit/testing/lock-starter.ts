/** A process of its own for the lock's tests: takes the lock at argv[2] when told to, says how that went, and keeps it until killed. */
import { isAppError } from '@quorate/core/errors/app-error';
import { acquireLock } from '../file-lock';

process.stdout.write('waiting\n');
process.stdin.once('data', () => {
  acquireLock(process.argv[2] ?? '').then(
    () => process.stdout.write('won\n'),
    (error: unknown) => process.stdout.write(isAppError(error, 'DATA_DIR_LOCKED') ? `locked by ${error.data.pid}\n` : `${String(error)}\n`),
  );
});
