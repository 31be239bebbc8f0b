import type { RemovalPreview } from '@quorate/core/api/cluster';

type Readiness = {
  /** Undefined until the daemon has answered. */
  readonly preview: Pick<RemovalPreview, 'verdict' | 'consequences'> | undefined;
  readonly label: string;
  readonly typed: string;
  readonly isForced: boolean;
};

/** Why the member cannot be removed yet; null when it can. */
export const removalDisabledReason = ({ preview, label, typed, isForced }: Readiness): string | null => {
  if (!preview) return 'What the removal would do is not known yet.';
  if (preview.verdict === 'refused') return preview.consequences[0] ?? 'This can never be done safely.';
  if (preview.verdict === 'unsafe' && !isForced) return 'It is unsafe: accept the loss of tolerance first.';
  return typed.trim() === label ? null : `Type ${label} to confirm.`;
};
