'use client';

import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';

type DialogProps = {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly description?: ReactNode;
  /** It asks before something that cannot be taken back: announced as an alert, and a press outside does not close it. */
  readonly alert?: boolean;
  /** It shows something that is lost when it closes: a press outside does not close it. */
  readonly sticky?: boolean;
  /** Where the focus goes when it closes, if not back to where it was; asked at that moment. */
  readonly returnFocus?: () => HTMLElement | null;
  readonly footer: ReactNode;
  readonly children: ReactNode;
};

/** A modal dialog: focus stays inside and returns where it was; a full sheet on narrow screens. */
export const Dialog = ({ open, onClose, title, description, alert = false, sticky = false, returnFocus, footer, children }: DialogProps) => {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()} disablePointerDismissal={alert || sticky}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Viewport className="fixed inset-0 z-40 grid justify-items-center sm:items-start sm:overflow-y-auto sm:p-8 sm:pt-[10vh]">
          <Base.Popup
            ref={popup}
            // The first field, or the dialog as a whole: never a button, that a key still held down would press.
            initialFocus={() => popup.current?.querySelector('input') ?? popup.current}
            finalFocus={() => returnFocus?.() ?? true}
            role={alert ? 'alertdialog' : 'dialog'}
            className="flex max-h-dvh w-full min-w-0 flex-col bg-surface shadow-float transition duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0 motion-safe:data-starting-style:translate-y-2 sm:max-h-none sm:max-w-xl sm:rounded-xl sm:border sm:border-line"
          >
            <div className="flex items-start gap-4 border-b border-line px-5 py-4">
              <div className="flex min-w-0 grow flex-col gap-1">
                <Base.Title className="text-base font-semibold break-words">{title}</Base.Title>
                {description && <Base.Description className="text-soft">{description}</Base.Description>}
              </div>
              <Base.Close
                aria-label="Close"
                className="-mt-1 -mr-2 grid size-8 shrink-0 place-items-center rounded-md text-soft hover:bg-raised hover:text-ink"
              >
                <X aria-hidden className="size-4" />
              </Base.Close>
            </div>
            <div className="flex min-h-0 grow flex-col gap-4 overflow-y-auto px-5 py-4">{children}</div>
            <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
};
