'use client';

import { Check, Copy, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from './icon-button';

type CopyState = 'idle' | 'copied' | 'failed';
const icons = { idle: Copy, copied: Check, failed: X } as const satisfies Record<CopyState, unknown>;
const SHOWN_MS = 2_000;

type CopyButtonProps = {
  readonly text: string;
  /** What is copied, for the accessible name: "member id of r1". */
  readonly what: string;
  readonly size?: 'small' | 'normal';
};

/** Copies a text and says whether that worked. */
export const CopyButton = ({ text, what, size = 'small' }: CopyButtonProps) => {
  const [state, setState] = useState<CopyState>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const labels = { idle: `Copy ${what}`, copied: `Copied ${what}`, failed: `Could not copy ${what}: select it and copy by hand` } as const;
  return (
    <>
      <IconButton
        icon={icons[state]}
        label={labels[state]}
        size={size}
        onClick={() => void copyText(text).then((isCopied) => setState(isCopied ? 'copied' : 'failed'))}
      />
      <span role="status" className="sr-only">
        {state === 'idle' ? '' : labels[state]}
      </span>
    </>
  );
};

/**
 * Puts a text on the clipboard; false when the browser refuses. The page is often served over plain HTTP from a bare address, where
 * `navigator.clipboard` does not exist: the older way through a selection still works there.
 */
const copyText = async (text: string): Promise<boolean> => {
  if (navigator.clipboard !== undefined) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => copyBySelection(text),
    );
  }
  return copyBySelection(text);
};

const copyBySelection = (text: string): boolean => {
  const focused = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'sr-only';
  // Inside an open dialog, so that its focus trap does not take the selection away.
  (document.querySelector('[role="dialog"], [role="alertdialog"]') ?? document.body).append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
};
