'use client';

import type { JoinToken } from '@quorate/core/api/join-tokens';
import { useQuery } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { Suspense, useState } from 'react';
import { useNow } from '../../components/clock';
import { FailureNotice } from '../../components/failure-notice';
import { useApi } from '../../lib/api-context';
import { readFailure } from '../../lib/api-failure';
import { usePreload } from '../../lib/lazy-part';
import { NARROW, useMediaQuery } from '../../lib/use-media-query';
import { Empty } from '../../ui/empty';
import { Panel } from '../../ui/panel';
import { Skeleton } from '../../ui/skeleton';
import { TokenCards } from './token-cards';
import { revokeTokenDialog } from './token-dialogs';
import { joinTokensQuery } from './token-queries';
import { sortTokens, tokenStateAt } from './token-state';
import { TokenTable } from './token-table';

type TokensPanelProps = {
  /** Why no token can be revoked now; null when one can. */
  readonly disabledReason: string | null;
  /** When they can be read again; null while nothing stands in the way. */
  readonly readObstacle: string | null;
};

/** The join tokens and who used them. */
export const TokensPanel = ({ disabledReason, readObstacle }: TokensPanelProps) => {
  const now = useNow();
  const List = useMediaQuery(NARROW) ? TokenCards : TokenTable;
  const query = useQuery(joinTokensQuery(useApi()));
  const [revoking, setRevoking] = useState<JoinToken | null>(null);
  usePreload(revokeTokenDialog);
  const tokens = sortTokens(query.data?.tokens ?? [], now);
  const activeCount = tokens.filter((token) => tokenStateAt(token, now) === 'active').length;
  return (
    <Panel title="Join tokens" note={query.data ? `${activeCount} active` : undefined} flush>
      {query.isError && (
        <div className="p-4">
          <FailureNotice
            tone="warning"
            hint={readObstacle}
            failure={readFailure(query.error)}
            what={query.data ? 'The list could not be read anew' : 'The join tokens could not be read'}
          />
        </div>
      )}
      {query.isPending && <Skeleton className="m-4 h-16" />}
      {query.data && tokens.length === 0 && (
        <div className="p-4">
          <Empty icon={KeyRound} title="No join tokens">
            <p>Nobody can join until one is created.</p>
          </Empty>
        </div>
      )}
      {tokens.length > 0 && <List tokens={tokens} disabledReason={disabledReason} onRevoke={setRevoking} />}
      <Suspense>{revoking && <revokeTokenDialog.Part key={revoking.id} token={revoking} onClose={() => setRevoking(null)} />}</Suspense>
    </Panel>
  );
};
