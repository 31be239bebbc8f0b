'use client';

import type { FormEvent } from 'react';
import { useState } from 'react';
import { type Segment, Segmented } from '../../ui/segmented';
import { TextField } from '../../ui/text-field';
import type { NewJoinToken } from './token-queries';
import { MAX_USES, parseUses } from './token-uses';

const lifetimes = [
  { value: '15m', label: '15 minutes' },
  { value: '1h', label: '1 hour' },
  { value: '6h', label: '6 hours' },
  { value: '24h', label: '24 hours' },
] as const satisfies readonly Segment<string>[];

type TokenFormProps = {
  /** Ties the submit button in the dialog's footer to this form. */
  readonly id: string;
  readonly defaultUses: number;
  readonly onSubmit: (input: NewJoinToken) => void;
};

/** What a new join token is for, how long it lives and how often it admits. */
export const TokenForm = ({ id, defaultUses, onSubmit }: TokenFormProps) => {
  const [note, setNote] = useState('');
  const [ttl, setTtl] = useState<(typeof lifetimes)[number]['value']>('1h');
  const [usesText, setUsesText] = useState(String(defaultUses));
  const maxUses = parseUses(usesText);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (maxUses !== null) onSubmit({ name: note.trim() === '' ? undefined : note.trim(), ttl, maxUses });
  };
  return (
    <form id={id} onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        label="Note"
        hint="For people: what this token is for. Optional."
        maxLength={63}
        autoComplete="off"
        placeholder="hosts in rack 4"
        value={note}
        onValue={setNote}
      />
      <div className="flex flex-col items-start gap-1">
        <span aria-hidden className="text-sm font-medium">
          Expires after
        </span>
        <Segmented label="Expires after" segments={lifetimes} value={ttl} onChange={setTtl} />
      </div>
      <div className="max-w-44">
        <TextField
          label="Uses"
          hint="One for each new replica."
          error={maxUses === null ? `A whole number from 1 to ${MAX_USES}.` : null}
          type="number"
          inputMode="numeric"
          min={1}
          max={MAX_USES}
          required
          value={usesText}
          onValue={setUsesText}
        />
      </div>
    </form>
  );
};
