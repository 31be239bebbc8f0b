'use client';

import { type ReactNode, useEffect, useLayoutEffect, useState, useSyncExternalStore } from 'react';
import { ApiProvider } from '../../lib/api-context';
import type { ApiFailure } from '../../lib/api-failure';
import { endSession, readSessionToken, startSession, subscribeSession, takeTokenFromAddress } from '../../lib/session-token';
import { SignInCard } from './sign-in-card';

/** In the exported HTML nobody knows yet whether this tab is signed in. */
const UNKNOWN = undefined;

/** Shows its children to whoever has a token, with a client that sends it; the sign-in card to everyone else. */
export const SessionGate = ({ children }: { readonly children: ReactNode }) => {
  const token = useSyncExternalStore(subscribeSession, readSessionToken, () => UNKNOWN);
  const [refusal, setRefusal] = useState<ApiFailure | null>(null);
  // Before the first paint, so that a link with a token never flashes the card.
  useLayoutEffect(takeTokenFromAddress, []);
  useEffect(() => {
    window.addEventListener('hashchange', takeTokenFromAddress);
    return () => window.removeEventListener('hashchange', takeTokenFromAddress);
  }, []);

  const refuse = (failure: ApiFailure): void => {
    setRefusal(failure);
    endSession();
  };
  const accept = (accepted: string): void => {
    setRefusal(null);
    startSession(accepted);
  };

  if (token === UNKNOWN) return <main id="main" aria-busy="true" aria-label="Loading" />;
  if (token === null) return <SignInCard refusal={refusal} onAccepted={accept} />;
  return (
    <ApiProvider key={token} token={token} onRefused={refuse}>
      {children}
    </ApiProvider>
  );
};
