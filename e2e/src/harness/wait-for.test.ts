import { describe, expect, it } from 'vitest';
import { GaveUp, waitFor } from './wait-for';

describe('waiting for a condition', () => {
  it('returns the first value that is something', async () => {
    const answers = [null, undefined, false, 0];
    expect(await waitFor(() => answers.shift(), { timeoutMs: 1_000, everyMs: 1, what: 'a value' })).toBe(0);
  });

  it('says what it waited for, and why it never came', async () => {
    const waiting = waitFor(() => Promise.reject(new Error('nobody answers')), { timeoutMs: 5, everyMs: 1, what: 'an answer' });
    await expect(waiting).rejects.toMatchObject({ message: 'waited 0.005 s for an answer, in vain', cause: { message: 'nobody answers' } });
  });

  it('stops at once when the check says that waiting is useless', async () => {
    const waiting = waitFor(
      () => {
        throw new GaveUp('it is gone');
      },
      { timeoutMs: 60_000, what: 'something' },
    );
    await expect(waiting).rejects.toThrow('it is gone');
  });

  it('stops when its signal aborts', async () => {
    await expect(waitFor(() => false, { timeoutMs: 60_000, what: 'nothing', signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});
