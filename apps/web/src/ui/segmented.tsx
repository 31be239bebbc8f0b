'use client';

import type { LucideIcon } from 'lucide-react';
import { useId } from 'react';

export type Segment<Value extends string> = { readonly value: Value; readonly label: string; readonly icon?: LucideIcon };

type SegmentedProps<Value extends string> = {
  /** Name of the whole choice. */
  readonly label: string;
  readonly segments: readonly Segment<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
};

/** One of a few: native radio buttons in a row, so that arrow keys and screen readers work as everywhere. A segment with an icon shows only that. */
export const Segmented = <Value extends string>({ label, segments, value, onChange }: SegmentedProps<Value>) => {
  const name = useId();
  return (
    <fieldset className="inline-flex rounded-lg border border-line bg-raised p-0.5">
      <legend className="sr-only">{label}</legend>
      {segments.map(({ value: own, label: text, icon: Icon }) => (
        <label
          key={own}
          title={Icon ? text : undefined}
          className="relative flex h-6.5 items-center rounded-md px-2 text-xs font-medium text-soft select-none hover:text-ink has-checked:bg-surface has-checked:text-ink has-checked:shadow-panel has-focus-visible:outline-2 has-focus-visible:outline-offset-1 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            name={name}
            value={own}
            checked={own === value}
            onChange={() => onChange(own)}
            className="absolute inset-0 cursor-pointer opacity-0"
          />
          {Icon ? <Icon aria-hidden className="size-3.5" /> : null}
          <span className={Icon ? 'sr-only' : undefined}>{text}</span>
        </label>
      ))}
    </fieldset>
  );
};
