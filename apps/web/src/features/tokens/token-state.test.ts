import type { JoinToken } from '@quorate/core/api/join-tokens';
import { JOIN_TOKEN_MAX_USES } from '@quorate/core/api/join-tokens';
import { describe, expect, it } from 'vitest';
import { sortTokens, tokenStateAt } from './token-state';
import { MAX_USES, parseUses } from './token-uses';

const NOW = Date.parse('2026-01-02T03:00:00Z');
const token = (id: string, part: Partial<JoinToken> = {}): JoinToken => ({
  id,
  kind: 'cluster',
  name: null,
  state: 'active',
  createdAt: '2026-01-02T02:00:00Z',
  createdBy: 'administrator',
  expiresAt: '2026-01-02T04:00:00Z',
  maxUses: 1,
  uses: [],
  ...part,
});

describe('tokenStateAt', () => {
  it('lets an active token expire on the page', () => {
    expect(tokenStateAt(token('a'), NOW)).toBe('active');
    expect(tokenStateAt(token('a', { expiresAt: '2026-01-02T03:00:00Z' }), NOW)).toBe('expired');
  });
  it('keeps what the daemon said otherwise', () =>
    expect(tokenStateAt(token('a', { state: 'revoked', expiresAt: '2026-01-01T00:00:00Z' }), NOW)).toBe('revoked'));
});

describe('sortTokens', () => {
  it('puts active ones first, then the newest', () => {
    const tokens = [
      token('old-revoked', { state: 'revoked', createdAt: '2026-01-01T00:00:00Z' }),
      token('old-active', { createdAt: '2026-01-01T00:00:00Z' }),
      token('new-used', { state: 'exhausted' }),
      token('new-active'),
    ];
    expect(sortTokens(tokens, NOW).map(({ id }) => id)).toEqual(['new-active', 'old-active', 'new-used', 'old-revoked']);
  });
});

describe('uses', () => {
  it('has the limit of the daemon', () => expect(MAX_USES).toBe(JOIN_TOKEN_MAX_USES));
  it.each([
    ['1', 1],
    [' 32 ', 32],
    ['33', null],
    ['0', null],
    ['1.5', null],
    ['-1', null],
    ['', null],
    ['1e1', null],
  ])('reads %j as %j', (text, uses) => expect(parseUses(text)).toBe(uses));
});
