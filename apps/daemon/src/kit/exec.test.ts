import { describe, expect, it } from 'vitest';
import { exec } from './exec';

describe('exec', () => {
  it('reports status and output, without a shell', async () => {
    expect(await exec('sh', ['-c', 'echo out; echo err >&2; exit 3'])).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' });
    expect((await exec('echo', ['$HOME; ls'])).stdout).toBe('$HOME; ls\n');
  });

  it('gives the command only the environment it is told', async () => {
    expect((await exec('/usr/bin/env', [], { env: { A: '1' } })).stdout).toBe('A=1\n');
  });

  it('keeps the beginning of too much output and still lets the command end', async () => {
    const result = await exec('sh', ['-c', 'i=0; while [ $i -lt 5000 ]; do echo 0123456789012345678; i=$((i+1)); done'], { maxBytes: 1_000 });
    expect(result.code).toBe(0);
    expect(result.stdout).toHaveLength(1_000);
  });

  it('kills a command that takes too long, also when a grandchild holds its output open', async () => {
    await expect(exec('sh', ['-c', 'sleep 30 & wait'], { timeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it('kills the command and rejects with the reason when cancelled', async () => {
    const stop = new AbortController();
    const running = exec('sleep', ['30'], { signal: stop.signal });
    stop.abort(new Error('stopping'));
    await expect(running).rejects.toThrow('stopping');
  });

  it('says which command is missing', async () => {
    await expect(exec('/no/such/command', [])).rejects.toMatchObject({ code: 'UNSUPPORTED', message: 'cannot run /no/such/command' });
  });
});
