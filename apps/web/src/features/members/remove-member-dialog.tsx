'use client';

import type { Member } from '@quorate/core/cluster/member';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { FailureNotice } from '../../components/failure-notice';
import { memberLabel } from '../../components/member-label';
import { useApi } from '../../lib/api-context';
import { readFailure } from '../../lib/api-failure';
import { Button } from '../../ui/button';
import { Checkbox } from '../../ui/checkbox';
import { Dialog } from '../../ui/dialog';
import { Skeleton } from '../../ui/skeleton';
import { TextField } from '../../ui/text-field';
import { MEMBERS_ANCHOR } from './members-anchor';
import { RemovalPreviewView } from './removal-preview-view';
import { removalPreviewQuery, removeMemberMutation } from './removal-queries';
import { removalDisabledReason } from './removal-readiness';

type RemoveMemberDialogProps = { readonly member: Member; readonly onClose: () => void };

/** Asks before a member goes: shows what the daemon says will be left, and wants the name typed. */
export const RemoveMemberDialog = ({ member, onClose }: RemoveMemberDialogProps) => {
  const api = useApi();
  const label = memberLabel(member);
  const [typed, setTyped] = useState('');
  const [isForced, setIsForced] = useState(false);
  const preview = useQuery(removalPreviewQuery(api, member.id));
  const removal = useMutation(removeMemberMutation(api, useQueryClient()));

  // The button that opened the dialog goes with the member's row.
  const isRemoved = useRef(false);

  const verdict = preview.data?.verdict;
  const reason = removalDisabledReason({ preview: preview.data, label, typed, isForced });
  const finish = (): void => {
    isRemoved.current = true;
    onClose();
  };
  const remove = (): void => removal.mutate({ id: member.id, force: verdict === 'unsafe' && isForced }, { onSuccess: finish });

  return (
    <Dialog
      open
      alert
      onClose={onClose}
      returnFocus={() => (isRemoved.current ? document.getElementById(MEMBERS_ANCHOR) : null)}
      title={`Remove ${label}?`}
      description="The member leaves the cluster at once. Its data stays on its disk."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" icon={Trash2} disabledReason={reason} busy={removal.isPending} onClick={remove}>
            Remove {label}
          </Button>
        </>
      }
    >
      {preview.isPending && <Skeleton className="h-32 w-full" />}
      {preview.isError && <FailureNotice failure={readFailure(preview.error)} what="What the removal would do could not be worked out" />}
      {preview.data && <RemovalPreviewView preview={preview.data} />}
      {verdict === 'unsafe' && (
        <Checkbox checked={isForced} onChange={setIsForced}>
          <span className="font-medium">Remove although it is unsafe</span>
          <span className="block text-soft">I accept the loss of tolerance described above.</span>
        </Checkbox>
      )}
      {(verdict === 'safe' || verdict === 'unsafe') && (
        <TextField
          label={
            <>
              Type <code className="rounded-sm bg-raised px-1 font-mono text-xs">{label}</code> to confirm
            </>
          }
          mono
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onValue={setTyped}
        />
      )}
      {removal.isError && <FailureNotice failure={readFailure(removal.error)} what={`${label} was not removed`} />}
    </Dialog>
  );
};
