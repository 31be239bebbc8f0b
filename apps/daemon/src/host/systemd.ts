import { AppError } from '@quorate/core/errors/app-error';
import { type ExecOptions, type ExecResult, exec } from '../kit/exec';

export const UNIT = 'quorated.service';

/** Runs a command; `kit/exec` but in tests. */
export type Run = (file: string, args: readonly string[], options: ExecOptions) => Promise<ExecResult>;
type Options = { readonly signal?: AbortSignal; readonly run?: Run };

/** `absent`: no such unit, or no systemd here. */
export type UnitState = 'absent' | 'active' | 'inactive';

/** Whether systemd knows the daemon's unit on this host, and runs it. Never throws but `signal.reason`. */
export const unitState = async (options: Options = {}): Promise<UnitState> => {
  const { signal, run = exec } = options;
  try {
    const shown = await run('systemctl', ['show', UNIT, '--property=LoadState,ActiveState'], { signal, timeoutMs: 5_000 });
    if (shown.code !== 0 || !/^LoadState=loaded$/m.test(shown.stdout)) return 'absent';
    return /^ActiveState=(active|reloading|activating)$/m.test(shown.stdout) ? 'active' : 'inactive';
  } catch {
    signal?.throwIfAborted();
    return 'absent';
  }
};

/** Starts or restarts the unit and waits until systemd calls it up. Throws UNSUPPORTED with what systemctl said. */
export const restartUnit = async (options: Options = {}): Promise<void> => {
  const { signal, run = exec } = options;
  const result = await run('systemctl', ['restart', UNIT], { signal, timeoutMs: 120_000 });
  if (result.code === 0) return;
  throw new AppError('UNSUPPORTED', {
    message: `systemctl could not restart ${UNIT}: ${result.stderr.trim() || `status ${result.code}`}`,
    hint: `Look at it: "systemctl status ${UNIT}" and "journalctl -u ${UNIT} -n 50".`,
  });
};

/**
 * Tells systemd that the daemon serves (the unit needs Type=notify and NotifyAccess=all). `notifySocket` is the value of NOTIFY_SOCKET; null
 * or empty means that nobody waits. Resolves to whether it was told; that it could not be is no reason not to serve.
 */
export const notifyReady = async (notifySocket: string | null | undefined, options: Options = {}): Promise<boolean> => {
  const { signal, run = exec } = options;
  if (!notifySocket) return false;
  try {
    const args = [`--pid=${process.pid}`, '--ready', '--status=serving'];
    // Only what the command needs: the environment of the daemon may hold secrets.
    const result = await run('systemd-notify', args, { signal, timeoutMs: 5_000, env: { NOTIFY_SOCKET: notifySocket, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
    return result.code === 0;
  } catch {
    signal?.throwIfAborted();
    return false;
  }
};
