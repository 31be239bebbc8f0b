import { describe, expect, it } from 'vitest';
import { notifyReady, type Run, restartUnit, unitState } from './systemd';

const answering = (result: Partial<Awaited<ReturnType<Run>>> | Error) => {
  const calls: Parameters<Run>[] = [];
  const run: Run = async (...call) => {
    calls.push(call);
    if (result instanceof Error) throw result;
    return { code: 0, stdout: '', stderr: '', ...result };
  };
  return { run, calls };
};

describe('unitState', () => {
  it.each([
    ['LoadState=loaded\nActiveState=active\n', 'active'],
    ['LoadState=loaded\nActiveState=activating\n', 'active'],
    ['LoadState=loaded\nActiveState=failed\n', 'inactive'],
    ['LoadState=not-found\nActiveState=inactive\n', 'absent'],
  ] as const)('reads %j as %s', async (stdout, state) => {
    expect(await unitState(answering({ stdout }))).toBe(state);
  });

  it('is absent without systemd', async () => {
    expect(await unitState(answering({ code: 1, stderr: 'System has not been booted with systemd' }))).toBe('absent');
    expect(await unitState(answering(new Error('no systemctl')))).toBe('absent');
  });
});

describe('restartUnit', () => {
  it('passes on what systemctl says', async () => {
    const { run, calls } = answering({});
    await restartUnit({ run });
    expect(calls[0]?.slice(0, 2)).toEqual(['systemctl', ['restart', 'quorated.service']]);
    await expect(restartUnit(answering({ code: 4, stderr: 'Access denied\n' }))).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('Access denied'),
    });
  });
});

describe('notifyReady', () => {
  it('tells systemd about this process, without the rest of the environment', async () => {
    const { run, calls } = answering({});
    expect(await notifyReady('/run/systemd/notify', { run })).toBe(true);
    expect(calls[0]?.[1]).toContain(`--pid=${process.pid}`);
    expect(Object.keys(calls[0]?.[2].env ?? {}).sort()).toEqual(['NOTIFY_SOCKET', 'PATH']);
  });

  it('says nothing when nobody waits, and takes a failure lightly', async () => {
    const { run, calls } = answering({});
    expect(await notifyReady(undefined, { run })).toBe(false);
    expect(calls).toEqual([]);
    expect(await notifyReady('/x', answering(new Error('no systemd-notify')))).toBe(false);
  });
});
