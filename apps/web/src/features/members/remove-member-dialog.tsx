'use client';

import type { RemovalPreview } from '@quorate/core/api/cluster';
import type { Member } from '@quorate/core/cluster/member';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { FailureNotice } from '../../components/failure-notice';
import { memberLabel } from '../../components/member-label';
import { useApi } from '../../lib/api-context';
import { readFailure } from '../../lib/api-failure';
import { Button } from '../../ui/button';
import { Checkbox } from '../../ui/checkbox';
import { Dialog } from '../../ui/dialog';
import { Skeleton } from '../../ui/skeleton';
import { TextField } from '../../ui/text-field';
import { RemovalPreviewView } from './removal-preview-view';
import { removalPreviewQuery, removeMemberMutation } from './removal-queries';

type RemoveMemberDialogProps = { readonly member: Member; readonly onClose: () => void };

/** Asks before a member goes: shows what the daemon says will be left, and wants the name typed. */
export const RemoveMemberDialog = ({ member, onClose }: RemoveMemberDialogProps) => {
  const api = useApi();
  const label = memberLabel(member);
  const [typed, setTyped] = useState('');
  const [isForced, setIsForced] = useState(false);
  const preview = useQuery(removalPreviewQuery(api, member.id));
  const removal = useMutation(removeMemberMutation(api, useQueryClient()));

  const verdict = preview.data?.verdict;
  const reason = disabledReason({ preview: preview.data, isTyped: typed === label, isForced, label });
  const remove = (): void => removal.mutate({ id: member.id, force: verdict === 'unsafe' && isForced }, { onSuccess: onClose });

  return (
    <Dialog
      open
      alert
      onClose={onClose}
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

type ReadyToRemove = { readonly preview: RemovalPreview | undefined; readonly isTyped: boolean; readonly isForced: boolean; readonly label: string };

/** Why the member cannot be removed yet; null when it can. */
const disabledReason = ({ preview, isTyped, isForced, label }: ReadyToRemove): string | null => {
  if (!preview) return 'What the removal would do is not known yet.';
  if (preview.verdict === 'refused') return preview.consequences[0] ?? 'This can never be done safely.';
  if (preview.verdict === 'unsafe' && !isForced) return 'It is unsafe: accept the loss of tolerance first.';
  return isTyped ? null : `Type ${label} to confirm.`;
};
