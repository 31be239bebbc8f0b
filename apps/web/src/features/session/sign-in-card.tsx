'use client';

import { parseAdminToken, type TokenProblem } from '@quorate/core/join/token';
import { type FormEvent, useState, useTransition } from 'react';
import { BrandMark } from '../../components/brand-mark';
import { FailureNotice } from '../../components/failure-notice';
import { createApiClient } from '../../lib/api-client';
import { type ApiFailure, isRefusedToken, readFailure } from '../../lib/api-failure';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/text-field';

type SignInCardProps = {
  /** Why the last session ended; null when nobody was signed in. */
  readonly refusal: ApiFailure | null;
  readonly onAccepted: (token: string) => void;
};

const problemWords = {
  malformed: 'This is not an administrator token: one starts with qrt_admin_ and has 66 characters.',
  mistyped: 'A character of this token is wrong. Copy it again.',
} as const satisfies Record<TokenProblem['reason'], string>;

/** Asks for the administrator token and tries it before it is kept. */
export const SignInCard = ({ refusal, onAccepted }: SignInCardProps) => {
  const [token, setToken] = useState('');
  const [failure, setFailure] = useState(refusal);
  const [problem, setProblem] = useState<TokenProblem['reason'] | null>(null);
  const [isTrying, startTrying] = useTransition();

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const parsed = parseAdminToken(token);
    setProblem(parsed.ok ? null : parsed.reason);
    if (isTrying || !parsed.ok) return;
    startTrying(async () => {
      const refused = await tryToken(parsed.plaintext);
      setFailure(refused);
      if (!refused) onAccepted(parsed.plaintext);
    });
  };

  return (
    <main id="main" className="grid min-h-dvh place-items-center p-4">
      <div className="flex w-full max-w-md flex-col gap-6">
        <div className="flex items-center gap-3">
          <BrandMark className="size-9" />
          <div>
            <h1 className="text-xl font-semibold tracking-tight">Sign in to Quorate</h1>
            <p className="text-soft">This replica shows its cluster to administrators only.</p>
          </div>
        </div>
        {failure && <SignInFailure failure={failure} />}
        <form onSubmit={submit} className="flex flex-col gap-4 rounded-xl border border-line bg-surface p-5 shadow-panel">
          <TextField
            label="Administrator token"
            hint="It stays in this tab and is forgotten when the tab closes."
            error={problem === null ? null : problemWords[problem]}
            mono
            type="password"
            name="token"
            autoComplete="off"
            spellCheck={false}
            required
            autoFocus
            placeholder="qrt_admin_…"
            value={token}
            onValue={setToken}
          />
          <Button type="submit" look="primary" busy={isTrying}>
            Sign in
          </Button>
        </form>
        <p className="text-xs text-faint">
          The token is in the file <code className="font-mono">admin-token</code> in the data directory of the first replica, by default{' '}
          <code className="font-mono break-all">/var/lib/quorate/admin-token</code>. It is valid on every replica.
        </p>
      </div>
    </main>
  );
};

const SignInFailure = ({ failure }: { readonly failure: ApiFailure }) => {
  if (!isRefusedToken(failure)) return <FailureNotice failure={failure} what="The token could not be tried" />;
  // The words that come with the code are for people who write requests.
  const told = { ...failure, message: 'This cluster does not know it.', hint: 'Copy the token from the file named below.' };
  return <FailureNotice failure={told} what="The token was refused" />;
};

/**
 * Null when the session may start. A replica that starts or has lost its quorum cannot say whether the token is right: the page behind tells more than
 * this card could, so the token is kept, and given up when it turns out to be wrong.
 */
const tryToken = async (token: string): Promise<ApiFailure | null> => {
  try {
    await createApiClient({ token }).cluster.status.query();
    return null;
  } catch (error) {
    const failure = readFailure(error);
    return failure.code === 'STARTING' || failure.code === 'NO_QUORUM' ? null : failure;
  }
};
