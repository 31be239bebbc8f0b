import { AppError } from '@quorate/core/errors/app-error';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../kit/logger';
import { createRunLog } from './run-log';

describe('what a boot tells', () => {
  it('is its stage, its newest steps and why it failed', () => {
    const log = createRunLog(silentLogger);
    expect([log.stage(), log.lines(), log.error()]).toEqual(['starting', [], null]);
    log.setStage('joining');
    log.step('one');
    const error = new AppError('CA_MISSING', { message: 'no CA' });
    log.fail(error);
    expect([log.stage(), log.lines(), log.error()]).toEqual(['failed', ['one'], error]);
  });

  it('keeps the newest 200 steps: a start may wait for days', () => {
    const log = createRunLog(silentLogger);
    for (let index = 0; index < 250; index += 1) log.step(`step ${index}`);
    expect([log.lines().length, log.lines()[0], log.lines().at(-1)]).toEqual([200, 'step 50', 'step 249']);
  });

  it('is a copy that nobody can change afterwards', () => {
    const log = createRunLog(silentLogger);
    log.step('one');
    const lines = log.lines();
    log.step('two');
    expect(lines).toEqual(['one']);
  });
});
