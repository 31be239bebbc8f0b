import type { JoinToken } from '@quorate/core/api/join-tokens';
import { Ban, CircleCheck, CircleDashed, Clock, type LucideIcon } from 'lucide-react';
import type { Tone } from '../../ui/tone';

export type TokenState = JoinToken['state'];
type TokenStateLook = { readonly tone: Tone; readonly words: string; readonly icon: LucideIcon };

/** How each state of a token is told. */
export const tokenStateLooks = {
  active: { tone: 'ok', words: 'Active', icon: CircleCheck },
  exhausted: { tone: 'neutral', words: 'Used up', icon: CircleDashed },
  expired: { tone: 'neutral', words: 'Expired', icon: Clock },
  revoked: { tone: 'neutral', words: 'Revoked', icon: Ban },
} as const satisfies Record<TokenState, TokenStateLook>;

/** The state at this moment: a token that was active when the list was read may have expired since. */
export const tokenStateAt = (token: Pick<JoinToken, 'state' | 'expiresAt'>, nowMs: number): TokenState =>
  token.state === 'active' && Date.parse(token.expiresAt) <= nowMs ? 'expired' : token.state;

/** Active ones first, then the newest. */
export const sortTokens = (tokens: readonly JoinToken[], nowMs: number): JoinToken[] => {
  const rank = (token: JoinToken): number => (tokenStateAt(token, nowMs) === 'active' ? 0 : 1);
  return [...tokens].sort((a, b) => rank(a) - rank(b) || b.createdAt.localeCompare(a.createdAt));
};
