'use client';

import type { CreateJoinTokenOutput } from '@quorate/core/api/join-tokens';
import type { Member } from '@quorate/core/cluster/member';
import type { JoinProgress } from '@quorate/core/join/saga';
import { useQuery } from '@tanstack/react-query';
import { CircleCheck, LoaderCircle } from 'lucide-react';
import { JoinProgressView } from '../../components/join-progress';
import { RelativeTime, TimeText } from '../../components/time-text';
import { useApi } from '../../lib/api-context';
import { formatList, formatPlural } from '../../lib/format';
import { CopyBlock } from '../../ui/copy-block';
import { Notice } from '../../ui/notice';
import { joinTokensQuery } from './token-queries';

type Arrivals = { readonly joins: readonly JoinProgress[]; readonly members: readonly Member[] };
type IssuedTokenProps = Arrivals & { readonly issued: CreateJoinTokenOutput };

/** The one sight of a new token: what to run, what to keep, and, from then on, who has come with it. */
export const IssuedToken = ({ issued, ...arrivals }: IssuedTokenProps) => (
  <>
    <Notice tone="warning" role="status" title="Shown once">
      <p>Copy what you need before you close this: nobody can show it again. A lost token can be revoked and replaced.</p>
    </Notice>
    <CopyBlock label="Join command" hint="run it on the new host" text={issued.joinCommand} />
    <CopyBlock label="Invitation" hint="token, addresses and CA pin in one string" text={issued.invitation} />
    <CopyBlock label="Token" hint="the secret alone" text={issued.plaintext} />
    <CopyBlock label="CA fingerprint" text={issued.caFingerprint} />
    <p className="text-xs text-soft">
      Token <span className="font-mono">{issued.token.id}</span> admits {formatPlural(issued.token.maxUses, 'replica')}. It expires{' '}
      <RelativeTime at={issued.token.expiresAt} />.
    </p>
    <TokenArrivals tokenId={issued.token.id} {...arrivals} />
  </>
);

/** The joins that came with a token, live. */
const TokenArrivals = ({ tokenId, joins, members }: Arrivals & { readonly tokenId: string }) => {
  const tokens = useQuery(joinTokensQuery(useApi()));
  const uses = tokens.data?.tokens.find((token) => token.id === tokenId)?.uses ?? [];
  return (
    <section aria-label="Replicas that used this token" className="flex flex-col gap-3 border-t border-line pt-4">
      {/* Told once for each arrival; the progress below moves too often to be spoken. */}
      <p role="status" className="sr-only">
        {uses.length > 0 && `Used by ${formatList(uses.map((use) => use.memberName))}.`}
      </p>
      {uses.length === 0 && (
        <p className="flex items-center gap-2 text-soft">
          <LoaderCircle aria-hidden className="size-4 shrink-0 text-faint motion-safe:animate-spin" />
          Waiting for a replica to use it. You may close this; joins show on the page too.
        </p>
      )}
      {uses.map((use) => {
        const join = joins.find((candidate) => candidate.joinId === use.joinId);
        const member = members.find((candidate) => candidate.name === use.memberName);
        return (
          <div key={use.joinId} className="flex flex-col gap-1.5">
            <p className="flex items-center gap-2">
              {!join && member && <CircleCheck aria-hidden className="size-4 shrink-0 text-ok" />}
              <span className="font-semibold">{use.memberName}</span>
              <span className="text-xs text-faint">
                from {use.from} at <TimeText at={use.at} />
              </span>
            </p>
            {join ? (
              <JoinProgressView join={join} />
            ) : (
              <p className="text-xs text-soft">{member ? `It is a ${member.role} now.` : 'It is no member any more: see the events.'}</p>
            )}
          </div>
        );
      })}
    </section>
  );
};
