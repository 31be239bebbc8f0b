import type { ReactNode } from 'react';

type FactProps = { readonly name: string /** Both columns of the list. */; readonly wide?: boolean; readonly children: ReactNode };

/** One name and what it stands for, inside a `dl`. */
export const Fact = ({ name, wide = false, children }: FactProps) => (
  <div className={`flex min-w-0 flex-col gap-0.5 ${wide ? 'col-span-2' : ''}`}>
    <dt className="text-xs text-faint">{name}</dt>
    <dd>{children}</dd>
  </div>
);
