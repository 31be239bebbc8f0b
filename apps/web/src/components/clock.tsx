'use client';

import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';

/** Relative times are told in steps of at least this much. */
const TICK_MS = 5_000;
const NowContext = createContext<number | null>(null);

type ClockProviderProps = {
  /** The replica's clock minus the browser's, in milliseconds: ages are those that the replica would tell. */
  readonly offsetMs: number;
  readonly children: ReactNode;
};

/** One ticking clock for the whole page. */
export const ClockProvider = ({ offsetMs, children }: ClockProviderProps) => {
  const [browserNow, setBrowserNow] = useState(() => Date.now());
  useEffect(() => {
    // Depends on the last tick alone: other reasons to render must not put the next one off.
    const timer = setTimeout(() => setBrowserNow(Date.now()), browserNow + TICK_MS - Date.now());
    return () => clearTimeout(timer);
  }, [browserNow]);
  return <NowContext value={browserNow + offsetMs}>{children}</NowContext>;
};

/** Wall-clock milliseconds of the replica that serves the page; current to a few seconds. */
export const useNow = (): number => {
  const now = useContext(NowContext);
  if (now === null) throw new Error('useNow needs a ClockProvider above it');
  return now;
};
