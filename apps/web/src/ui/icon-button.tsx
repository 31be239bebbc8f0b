'use client';

import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { Tooltip } from './tooltip';

type IconButtonProps = Omit<ComponentProps<'button'>, 'className' | 'children' | 'aria-label'> & {
  readonly icon: LucideIcon;
  /** Accessible name; also the tooltip. */
  readonly label: string;
  readonly size?: 'small' | 'normal';
};

/** A button that shows only an icon; its name is in the tooltip. */
export const IconButton = ({ icon: Icon, label, size = 'normal', ...rest }: IconButtonProps) => (
  <Tooltip text={label}>
    <button
      type="button"
      {...rest}
      aria-label={label}
      className={`inline-grid shrink-0 place-items-center rounded-md text-soft hover:bg-raised hover:text-ink motion-safe:transition-colors ${size === 'small' ? 'size-6' : 'size-8'}`}
    >
      <Icon aria-hidden className={size === 'small' ? 'size-3.5' : 'size-4'} />
    </button>
  </Tooltip>
);
