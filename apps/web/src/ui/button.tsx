'use client';

import { LoaderCircle, type LucideIcon } from 'lucide-react';
import { type ComponentProps, useId } from 'react';
import { Tooltip } from './tooltip';

const looks = {
  primary: 'border-transparent bg-accent text-on-accent hover:not-aria-disabled:bg-accent-strong',
  secondary: 'border-line bg-surface text-ink shadow-panel hover:not-aria-disabled:bg-raised',
  quiet: 'border-transparent text-soft hover:not-aria-disabled:bg-raised hover:not-aria-disabled:text-ink',
  danger: 'border-transparent bg-critical text-on-critical hover:not-aria-disabled:bg-critical-strong',
  'quiet-danger': 'border-transparent text-soft hover:not-aria-disabled:bg-critical-soft hover:not-aria-disabled:text-critical',
} as const;

type ButtonProps = Omit<ComponentProps<'button'>, 'disabled' | 'className'> & {
  readonly look?: keyof typeof looks;
  readonly size?: 'small' | 'normal';
  readonly icon?: LucideIcon;
  /** Why it cannot be used now; null or absent when it can. It stays focusable, so that the reason can be read. */
  readonly disabledReason?: string | null;
  /** Something it started is under way: it does nothing until that ends. */
  readonly busy?: boolean;
};

/** A button that never vanishes: when it cannot be used it says why, on hover, on focus and to a screen reader. */
export const Button = ({ look = 'secondary', size = 'normal', icon: Icon, disabledReason = null, busy = false, onClick, children, ...rest }: ButtonProps) => {
  const reasonId = useId();
  const isInert = disabledReason !== null || busy;
  const frame = size === 'small' ? 'h-7 gap-1.5 px-2 text-xs' : 'h-8 gap-2 px-3 text-sm';
  const button = (
    <button
      type="button"
      {...rest}
      aria-disabled={isInert || undefined}
      aria-busy={busy || undefined}
      aria-describedby={disabledReason === null ? rest['aria-describedby'] : reasonId}
      onClick={(event) => {
        if (isInert) event.preventDefault();
        else onClick?.(event);
      }}
      className={`inline-flex shrink-0 items-center justify-center rounded-md border font-medium whitespace-nowrap select-none aria-disabled:cursor-not-allowed aria-disabled:opacity-55 motion-safe:transition-colors ${frame} ${looks[look]}`}
    >
      {busy ? <LoaderCircle aria-hidden className="size-4 shrink-0 motion-safe:animate-spin" /> : Icon && <Icon aria-hidden className="size-4 shrink-0" />}
      {children}
    </button>
  );
  if (disabledReason === null) return button;
  return (
    <>
      <Tooltip text={disabledReason}>{button}</Tooltip>
      <span id={reasonId} className="sr-only">
        {disabledReason}
      </span>
    </>
  );
};
