'use client';

import { type ComponentProps, type ReactNode, useId } from 'react';

type TextFieldProps = Omit<ComponentProps<'input'>, 'className' | 'id' | 'onChange'> & {
  readonly label: ReactNode;
  readonly hint?: string;
  /** What is wrong with the present value; null or absent when nothing is. */
  readonly error?: string | null;
  readonly mono?: boolean;
  readonly onValue: (value: string) => void;
};

/** A line of input with label, hint and error, tied together for screen readers. */
export const TextField = ({ label, hint, error = null, mono = false, onValue, ...rest }: TextFieldProps) => {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <input
        {...rest}
        id={id}
        onChange={(event) => onValue(event.target.value)}
        aria-invalid={error === null ? undefined : true}
        aria-describedby={note ? noteId : undefined}
        className={`h-9 w-full min-w-0 rounded-md border bg-surface px-2.5 placeholder:text-faint ${mono ? 'font-mono text-xs' : 'text-sm'} ${error === null ? 'border-field' : 'border-critical'}`}
      />
      {note && (
        <p id={noteId} className={`text-xs ${error === null ? 'text-faint' : 'text-critical'}`}>
          {note}
        </p>
      )}
    </div>
  );
};
