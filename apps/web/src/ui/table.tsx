import type { ReactNode } from 'react';

type TableProps = { readonly label: string /** The `Head` cells. */; readonly head: ReactNode; readonly children: ReactNode };

/** A table that scrolls by itself where the page is too narrow for it; the region is focusable, so that the keyboard can scroll it. */
export const Table = ({ label, head, children }: TableProps) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable with the keyboard
  <section aria-label={`${label} table`} tabIndex={0} className="relative min-w-0 overflow-x-auto rounded-b-xl focus-visible:-outline-offset-2">
    <table aria-label={label} className="w-full text-left">
      <thead className="text-xs text-faint">
        <tr className="border-b border-line">{head}</tr>
      </thead>
      <tbody className="divide-y divide-line">{children}</tbody>
    </table>
  </section>
);

type CellProps = { readonly align?: 'left' | 'right'; readonly children: ReactNode };
const spacing = 'px-3 py-2 first:pl-4 last:pr-4 2xl:px-4';

export const Head = ({ align = 'left', children }: CellProps) => (
  <th scope="col" className={`font-medium whitespace-nowrap ${spacing} ${align === 'right' ? 'text-right' : ''}`}>
    {children}
  </th>
);

/** The first cell of a row, which names it. */
export const RowHead = ({ children }: Pick<CellProps, 'children'>) => (
  <th scope="row" className={`text-left align-top font-normal ${spacing}`}>
    {children}
  </th>
);

export const Cell = ({ align = 'left', children }: CellProps) => (
  <td className={`align-top ${spacing} ${align === 'right' ? 'text-right whitespace-nowrap tabular-nums' : ''}`}>{children}</td>
);
