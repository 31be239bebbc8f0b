import { describe, expect, it } from 'vitest';
import { countResults } from './vitest.mjs';

const file = (status, ...tests) => ({ status, assertionResults: tests.map((test) => ({ status: test })) });

describe('counting test results', () => {
  it('sums passed, failed and skipped tests over all files', () => {
    const report = { testResults: [file('passed', 'passed', 'skipped', 'todo'), file('failed', 'passed', 'failed')] };
    expect(countResults({ report, status: 1 })).toEqual({ passed: 2, failed: 1, skipped: 2 });
  });

  it('counts a file that did not load as one failure', () => {
    expect(countResults({ report: { testResults: [file('failed')] }, status: 1 })).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('counts a broken hook beside passing tests as one failure', () => {
    expect(countResults({ report: { testResults: [file('failed', 'passed')] }, status: 1 })).toMatchObject({ passed: 1, failed: 1 });
  });

  it('counts one failure when the run ended badly although no test failed, or left no report', () => {
    expect(countResults({ report: { testResults: [file('passed', 'passed')] }, status: 1 })).toMatchObject({ failed: 1 });
    expect(countResults({ report: undefined, status: 137 })).toMatchObject({ failed: 1 });
  });
});
