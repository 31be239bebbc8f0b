import { describe, expect, it } from 'vitest';
import { CreateJoinTokenInputSchema } from './join-tokens';

describe('the request for a join token', () => {
  it('takes a life between a minute and a day, in words', () => {
    expect(CreateJoinTokenInputSchema.parse({ kind: 'cluster', ttl: '24h', maxUses: 2, name: ' rack b ' })).toEqual({
      kind: 'cluster',
      ttl: 86_400_000,
      maxUses: 2,
      name: 'rack b',
    });
    expect(CreateJoinTokenInputSchema.parse({ kind: 'cluster' })).toEqual({ kind: 'cluster' });
  });

  it.each([
    {},
    { kind: 'node' },
    { kind: 'cluster', ttl: '59s' },
    { kind: 'cluster', ttl: '25h' },
    { kind: 'cluster', ttl: 3600 },
    { kind: 'cluster', maxUses: 0 },
    { kind: 'cluster', maxUses: 33 },
  ])('refuses %j', (input) => {
    expect(CreateJoinTokenInputSchema.safeParse(input).success).toBe(false);
  });
});
