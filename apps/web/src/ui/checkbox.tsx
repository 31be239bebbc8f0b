import type { ReactNode } from 'react';

type CheckboxProps = { readonly checked: boolean; readonly onChange: (checked: boolean) => void; readonly children: ReactNode };

/** A native checkbox whose whole line can be pressed. */
export const Checkbox = ({ checked, onChange, children }: CheckboxProps) => (
  <label className="flex items-start gap-2.5">
    <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} className="mt-0.5 size-4 shrink-0 accent-accent" />
    <span>{children}</span>
  </label>
);
