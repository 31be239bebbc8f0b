import { type ReactNode, useId } from 'react';

type PanelProps = {
  /** Where links and returning focus may lead. */
  readonly id?: string;
  readonly title: string;
  /** A word about the whole, beside the title. */
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  /** Without inner spacing: for tables and lists that reach the edges. */
  readonly flush?: boolean;
  readonly children: ReactNode;
};

/** One subject of the page: a region named by its heading. */
export const Panel = ({ id, title, note, actions, flush = false, children }: PanelProps) => {
  const headingId = useId();
  return (
    <section id={id} aria-labelledby={headingId} className="flex min-w-0 flex-col rounded-xl border border-line bg-surface shadow-panel">
      <div className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2">
        <h2 id={headingId} className="text-sm font-semibold">
          {title}
        </h2>
        {note && <div className="text-xs text-faint">{note}</div>}
        {actions && <div className="ml-auto flex items-center gap-2">{actions}</div>}
      </div>
      <div className={`flex min-w-0 grow flex-col ${flush ? '' : 'p-4'}`}>{children}</div>
    </section>
  );
};
