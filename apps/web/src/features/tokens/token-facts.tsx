/** The figures of a join token, one component each, shared by table and cards. */
import type { JoinToken } from '@quorate/core/api/join-tokens';
import { useNow } from '../../components/clock';
import { RelativeTime, TimeText } from '../../components/time-text';
import { Button } from '../../ui/button';
import { ToneMark } from '../../ui/tone-mark';
import { tokenStateAt, tokenStateLooks } from './token-state';

type FactProps = { readonly token: JoinToken };

/** What the token is for, and its id. */
export const TokenIdentity = ({ token }: FactProps) => (
  <span className="flex flex-col">
    <span className={token.name === null ? 'text-faint' : 'font-medium wrap-anywhere'}>{token.name ?? 'No note'}</span>
    <span className="font-mono text-xs text-faint">{token.id}</span>
  </span>
);

export const TokenStateMark = ({ token }: FactProps) => {
  const look = tokenStateLooks[tokenStateAt(token, useNow())];
  return (
    <ToneMark tone={look.tone} icon={look.icon}>
      {look.words}
    </ToneMark>
  );
};

export const TokenCreation = ({ token }: FactProps) => (
  <span className="flex flex-col items-start">
    <RelativeTime at={token.createdAt} />
    <span className="text-xs text-faint">by {token.createdBy}</span>
  </span>
);

export const TokenExpiry = ({ token }: FactProps) => <RelativeTime at={token.expiresAt} />;

/** How many uses are spent; by whom, from where and when. */
export const TokenUses = ({ token }: FactProps) => (
  <div className="flex flex-col">
    <span className="tabular-nums">
      {token.uses.length} of {token.maxUses}
    </span>
    {token.uses.map((use) => (
      <span key={use.joinId} className="text-xs text-soft">
        <span className="font-medium">{use.memberName}</span> from {use.from}, <TimeText at={use.at} />
      </span>
    ))}
  </div>
);

type TokenActionProps = FactProps & { readonly disabledReason: string | null; readonly onRevoke: (token: JoinToken) => void };

/** What can be done with a token: only an active one can be revoked. */
export const TokenAction = ({ token, disabledReason, onRevoke }: TokenActionProps) => {
  if (tokenStateAt(token, useNow()) !== 'active') return null;
  return (
    <Button look="quiet-danger" size="small" aria-label={`Revoke ${token.name ?? token.id}…`} disabledReason={disabledReason} onClick={() => onRevoke(token)}>
      Revoke…
    </Button>
  );
};
