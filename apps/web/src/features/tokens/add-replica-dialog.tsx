'use client';

import type { ClusterStatus } from '@quorate/core/api/cluster';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useId } from 'react';
import { FailureNotice } from '../../components/failure-notice';
import { useApi } from '../../lib/api-context';
import { readFailure } from '../../lib/api-failure';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { IssuedToken } from './issued-token';
import { TokenForm } from './token-form';
import { createJoinTokenMutation } from './token-queries';

type AddReplicaDialogProps = {
  readonly status: Pick<ClusterStatus, 'joins' | 'members'>;
  readonly defaultUses: number;
  /** Why no token can be made now; null when one can. */
  readonly disabledReason: string | null;
  readonly onClose: () => void;
};

/** Mints a join token, shows it once, then shows who uses it. Mount it when it opens: what it showed is gone with it. */
export const AddReplicaDialog = ({ status, defaultUses, disabledReason, onClose }: AddReplicaDialogProps) => {
  const api = useApi();
  const formId = useId();
  const creation = useMutation(createJoinTokenMutation(api, useQueryClient()));
  const issued = creation.data;
  if (issued) {
    return (
      <Dialog
        open
        sticky
        onClose={onClose}
        title="Add a replica"
        footer={
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <IssuedToken issued={issued} joins={status.joins} members={status.members} />
      </Dialog>
    );
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title="Add a replica"
      description="A join token admits a new host to this cluster. It is shown once, together with the command to run there."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={formId} look="primary" icon={KeyRound} disabledReason={disabledReason} busy={creation.isPending}>
            Create token
          </Button>
        </>
      }
    >
      <TokenForm id={formId} defaultUses={defaultUses} onSubmit={creation.mutate} />
      {creation.isError && <FailureNotice failure={readFailure(creation.error)} what="No token was created" />}
    </Dialog>
  );
};
