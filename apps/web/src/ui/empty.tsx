import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

type EmptyProps = { readonly icon: LucideIcon; readonly title: string; readonly children?: ReactNode };

/** Says that there is nothing, and what that means. */
export const Empty = ({ icon: Icon, title, children }: EmptyProps) => (
  <div className="flex items-start gap-3 text-soft">
    <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-faint" />
    <div className="flex flex-col gap-0.5">
      <p className="font-medium text-ink">{title}</p>
      {children}
    </div>
  </div>
);
