import type { CreateJoinTokenOutput, JoinToken } from '@quorate/core/api/join-tokens';
import { pairs, table } from './table';
import { count, until } from './words';

/** A fresh token, the only time that its plaintext is shown, and what to do with it. */
export const createdTokenView = (created: CreateJoinTokenOutput, nowMs: number): string => {
  const { token } = created;
  const facts = pairs([
    ['id', token.id],
    ['name', token.name],
    ['expires', `${until(token.expiresAt, nowMs)} (${token.expiresAt})`],
    ['uses', count(token.maxUses, 'use')],
    ['cluster CA', created.caFingerprint],
    ['replicas', created.replicaUrls.join(', ')],
    ['token', created.plaintext],
    ['invitation', created.invitation],
  ]);
  return `${facts}\nThe token is shown only this once. On the new host run:\n\n  ${created.joinCommand}\n`;
};

/** All tokens, each use below its token. */
export const tokensView = (tokens: readonly JoinToken[], nowMs: number): string => {
  if (tokens.length === 0) return 'There are no join tokens. Make one: quorate cluster join-token create\n';
  const list = table<JoinToken>(
    [
      { title: 'ID', cell: (token) => token.id },
      { title: 'NAME', cell: (token) => token.name ?? '' },
      { title: 'STATE', cell: (token) => token.state },
      { title: 'USES', cell: (token) => `${token.uses.length} of ${token.maxUses}`, align: 'right' },
      { title: 'EXPIRES', cell: (token) => until(token.expiresAt, nowMs) },
      { title: 'CREATED', cell: (token) => token.createdAt },
      { title: 'BY', cell: (token) => token.createdBy },
    ],
    tokens,
  );
  const uses = tokens.flatMap((token) => token.uses.map((use) => ({ ...use, token: token.id })));
  if (uses.length === 0) return list;
  const used = table(
    [
      { title: 'TOKEN', cell: (use) => use.token },
      { title: 'USED BY', cell: (use) => use.memberName },
      { title: 'FROM', cell: (use) => use.from },
      { title: 'AT', cell: (use) => use.at },
      { title: 'JOIN', cell: (use) => use.joinId },
    ],
    uses,
  );
  return `${list}\n${used}`;
};
