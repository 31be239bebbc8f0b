'use client';

import type { JoinToken } from '@quorate/core/api/join-tokens';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ban } from 'lucide-react';
import { FailureNotice } from '../../components/failure-notice';
import { useApi } from '../../lib/api-context';
import { readFailure } from '../../lib/api-failure';
import { formatPlural } from '../../lib/format';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { revokeJoinTokenMutation } from './token-queries';

type RevokeTokenDialogProps = { readonly token: JoinToken; readonly onClose: () => void };

/** Asks before a token ends. */
export const RevokeTokenDialog = ({ token, onClose }: RevokeTokenDialogProps) => {
  const revocation = useMutation(revokeJoinTokenMutation(useApi(), useQueryClient()));
  const left = token.maxUses - token.uses.length;
  return (
    <Dialog
      open
      alert
      onClose={onClose}
      title={token.name === null ? 'Revoke this token?' : `Revoke the token “${token.name}”?`}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="danger" icon={Ban} busy={revocation.isPending} onClick={() => revocation.mutate(token.id, { onSuccess: onClose })}>
            Revoke token
          </Button>
        </>
      }
    >
      <p>
        Its {left === 1 ? 'remaining use is' : `${formatPlural(left, 'remaining use')} are`} gone at once, on every replica. Replicas that it has admitted stay,
        and a join that has already spent it goes on.
      </p>
      <p className="font-mono text-xs text-faint">{token.id}</p>
      {revocation.isError && <FailureNotice failure={readFailure(revocation.error)} what="The token was not revoked" />}
    </Dialog>
  );
};
