'use client';

import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { placeTooltip } from './tooltip-placement';

const OPEN_AFTER_MS = 300;
/** Long enough for the pointer to move from the trigger onto the popup. */
const CLOSE_AFTER_MS = 120;

type TooltipProps = {
  readonly text: ReactNode;
  /** One focusable element. */
  readonly children: ReactNode;
};

/**
 * More about a focusable element, on hover and on focus; Escape and scrolling close it. Never the only place of what a reader must know: touch screens
 * do not show it, and screen readers get the same words from the element itself.
 *
 * Our own on the browser's popover, because the library's would be a tenth of all scripts of the page. The place is set through the CSSOM, which the
 * page's policy allows.
 */
export const Tooltip = ({ text, children }: TooltipProps) => {
  const [isOpen, setIsOpen] = useState(false);
  const anchor = useRef<HTMLSpanElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const turn = (open: boolean, afterMs: number): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setIsOpen(open), afterMs);
  };

  const showPopup = useCallback((popup: HTMLElement | null) => {
    const trigger = anchor.current?.firstElementChild;
    if (!popup || !trigger) return;
    popup.showPopover();
    const { left, top } = placeTooltip({
      trigger: trigger.getBoundingClientRect(),
      popup: popup.getBoundingClientRect(),
      viewport: { width: innerWidth, height: innerHeight },
    });
    popup.style.left = `${left}px`;
    popup.style.top = `${top}px`;
    const stop = new AbortController();
    const close = (): void => setIsOpen(false);
    document.addEventListener('keydown', (event) => event.key === 'Escape' && close(), { signal: stop.signal });
    document.addEventListener('scroll', close, { capture: true, signal: stop.signal });
    return () => stop.abort();
  }, []);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it has no box and no role, it only hears what happens to the focusable element inside
    <span
      ref={anchor}
      className="contents"
      onPointerEnter={(event) => event.pointerType !== 'touch' && turn(true, OPEN_AFTER_MS)}
      onPointerLeave={() => turn(false, CLOSE_AFTER_MS)}
      onPointerDown={() => turn(false, 0)}
      onFocus={(event) => event.target.matches(':focus-visible') && turn(true, 0)}
      onBlur={() => turn(false, 0)}
    >
      {children}
      {isOpen && (
        <span
          ref={showPopup}
          popover="manual"
          role="tooltip"
          className="fixed inset-auto m-0 max-w-72 rounded-md border border-line bg-surface px-2.5 py-1.5 text-left font-sans text-xs font-normal whitespace-normal text-ink shadow-float"
        >
          {text}
        </span>
      )}
    </span>
  );
};
