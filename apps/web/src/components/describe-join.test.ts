import type { JoinProgress } from '@quorate/core/join/saga';
import { describe, expect, it } from 'vitest';
import { describeJoin } from './describe-join';

const join = (part: Partial<JoinProgress>): JoinProgress => ({
  joinId: '3'.repeat(32),
  name: 'r3',
  peerUrl: 'https://r3.example:2380',
  phase: 'catching-up',
  memberId: null,
  queuePosition: null,
  percent: null,
  etaSeconds: null,
  stallReason: null,
  startedAt: '2026-01-02T03:04:05.000Z',
  updatedAt: '2026-01-02T03:04:05.000Z',
  ...part,
});

describe('describeJoin', () => {
  it.each([
    [{ queuePosition: 1 }, 'Waiting: next to be admitted'],
    [{ queuePosition: 2 }, 'Waiting: 1 replica before it'],
    [{ queuePosition: 4 }, 'Waiting: 3 replicas before it'],
    [{ phase: 'reserved' }, 'Checking both sides'],
    [{ percent: 62.9 }, 'Copying the data · 62 %'],
    [{ percent: 62, etaSeconds: 38 }, 'Copying the data · 62 % · about 40 s left'],
    [{ percent: 62, etaSeconds: 38, stallReason: 'no answer' }, 'Copying the data · 62 %'],
  ] satisfies [Partial<JoinProgress>, string][])('tells %j as %j', (part, words) => expect(describeJoin(join(part))).toBe(words));
});
