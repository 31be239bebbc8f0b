import { describe, expect, it } from 'vitest';
import { AppError, errorChain, isAppError, toAppError } from './app-error';
import { type ErrorCode, errorRow, errorTable, isErrorCode } from './codes';
import { ProblemSchema, toProblem } from './problem';

describe('AppError', () => {
  it('carries the remedy of its code unless it has a better hint', () => {
    expect(new AppError('NO_QUORUM', { message: 'm' }).hint).toBe(errorRow('NO_QUORUM').remedy);
    expect(new AppError('NO_QUORUM', { message: 'm', hint: 'h' }).hint).toBe('h');
  });

  it('is matched on its code', () => {
    const error = new AppError('NO_LEADER', { message: 'm' });
    expect(isAppError(error)).toBe(true);
    expect(isAppError(error, 'NO_LEADER')).toBe(true);
    expect(isAppError(error, 'NO_QUORUM')).toBe(false);
    expect(isAppError(new Error('NO_LEADER'), 'NO_LEADER')).toBe(false);
  });
});

describe('toAppError', () => {
  it('leaves ours alone and tells cancelled from late from broken', () => {
    const ours = new AppError('CONFLICT', { message: 'm' });
    expect(toAppError(ours)).toBe(ours);
    expect(toAppError(new DOMException('stop', 'AbortError')).code).toBe('CANCELLED');
    expect(toAppError(new DOMException('late', 'TimeoutError')).code).toBe('TIMEOUT');
    expect(toAppError(new TypeError('x is not a function'))).toMatchObject({ code: 'INTERNAL', cause: expect.any(TypeError) });
    expect(toAppError('text')).toMatchObject({ code: 'INTERNAL', cause: 'text' });
  });
});

describe('errorChain', () => {
  it('walks the causes, outermost first, and ends', () => {
    const inner = new Error('inner');
    expect(errorChain(new Error('outer', { cause: new AppError('TIMEOUT', { message: 'middle', cause: inner }) }))).toEqual(['outer', 'middle', 'inner']);
    const loop = new Error('round');
    loop.cause = loop;
    expect(errorChain(loop)).toHaveLength(8);
  });
});

describe('the table of codes', () => {
  it('has a sensible row for every code', () => {
    for (const [code, row] of Object.entries(errorTable)) {
      expect(code).toMatch(/^[A-Z][A-Z_]+$/);
      expect(row.http).toBeGreaterThanOrEqual(400);
      expect(row.exit).toBeGreaterThan(0);
      expect(row.remedy, code).toMatch(/[.)]$/);
      expect(isErrorCode(code)).toBe(true);
    }
    expect(isErrorCode('toString')).toBe(false);
  });

  it('becomes a problem document that hides the cause', () => {
    for (const code of Object.keys(errorTable) as ErrorCode[]) {
      const problem = toProblem(new AppError(code, { message: 'm', cause: new Error('secret detail'), data: { a: 1 } }), 'r1');
      expect(ProblemSchema.parse(problem)).toEqual(problem);
      expect(problem).toMatchObject({ code, status: errorTable[code].http, requestId: 'r1', data: { a: 1 } });
      expect(JSON.stringify(problem)).not.toContain('secret detail');
    }
  });
});
