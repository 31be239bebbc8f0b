import type { JoinToken } from '@quorate/core/api/join-tokens';
import { Cell, Head, RowHead, Table } from '../../ui/table';
import { TokenAction, TokenCreation, TokenExpiry, TokenIdentity, TokenStateMark, TokenUses } from './token-facts';

export type TokenListProps = {
  readonly tokens: readonly JoinToken[];
  readonly disabledReason: string | null;
  readonly onRevoke: (token: JoinToken) => void;
};

/** The tokens, one row each, with every use. */
export const TokenTable = ({ tokens, disabledReason, onRevoke }: TokenListProps) => (
  <Table
    label="Join tokens"
    head={
      <>
        <Head>Token</Head>
        <Head>State</Head>
        <Head>Created</Head>
        <Head>Expires</Head>
        <Head>Uses</Head>
        <Head>
          <span className="sr-only">Actions</span>
        </Head>
      </>
    }
  >
    {tokens.map((token) => (
      <tr key={token.id} aria-label={token.name ?? token.id} className="hover:bg-raised/50">
        <RowHead>
          <TokenIdentity token={token} />
        </RowHead>
        <Cell>
          <TokenStateMark token={token} />
        </Cell>
        <Cell>
          <TokenCreation token={token} />
        </Cell>
        <Cell>
          <TokenExpiry token={token} />
        </Cell>
        <Cell>
          <TokenUses token={token} />
        </Cell>
        <Cell align="right">
          <div className="-my-1">
            <TokenAction token={token} disabledReason={disabledReason} onRevoke={onRevoke} />
          </div>
        </Cell>
      </tr>
    ))}
  </Table>
);
