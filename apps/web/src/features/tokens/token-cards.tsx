import { Fact } from '../../ui/fact';
import { TokenAction, TokenCreation, TokenExpiry, TokenIdentity, TokenStateMark, TokenUses } from './token-facts';
import type { TokenListProps } from './token-table';

/** The tokens as cards, for screens where the table would not fit. */
export const TokenCards = ({ tokens, disabledReason, onRevoke }: TokenListProps) => (
  <ul aria-label="Join tokens" className="divide-y divide-line">
    {tokens.map((token) => (
      <li key={token.id} aria-label={token.name ?? token.id} className="flex flex-col gap-3 px-4 py-3.5">
        <div className="flex items-start justify-between gap-3">
          <TokenIdentity token={token} />
          <TokenStateMark token={token} />
        </div>
        <dl className="grid grid-cols-2 gap-x-4 gap-y-2.5">
          <Fact name="Created">
            <TokenCreation token={token} />
          </Fact>
          <Fact name="Expires">
            <TokenExpiry token={token} />
          </Fact>
          <Fact name="Uses" wide>
            <TokenUses token={token} />
          </Fact>
        </dl>
        <div className="-ml-2 empty:hidden">
          <TokenAction token={token} disabledReason={disabledReason} onRevoke={onRevoke} />
        </div>
      </li>
    ))}
  </ul>
);
