import type { ReactNode } from 'react';
import { type Tone, toneLooks } from './tone';

type NoticeProps = {
  readonly tone: Tone;
  readonly title: ReactNode;
  /** `alert` interrupts a screen reader, `status` waits for its turn; absent for what was there from the start. */
  readonly role?: 'alert' | 'status';
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
};

/** A finding that needs a sentence or two, in its place on the page. */
export const Notice = ({ tone, title, role, actions, children }: NoticeProps) => {
  const look = toneLooks[tone];
  const Icon = look.icon;
  return (
    <div role={role} className={`flex items-start gap-3 rounded-lg border px-3.5 py-3 ${look.fill} ${look.edge}`}>
      <Icon aria-hidden className={`mt-0.5 size-4 shrink-0 ${look.text}`} />
      <div className="flex min-w-0 grow flex-col gap-1">
        <div className={`font-semibold ${look.text}`}>{title}</div>
        {children}
      </div>
      {actions && <div className="flex shrink-0 items-center gap-2">{actions}</div>}
    </div>
  );
};
