'use client';

import { useCallback, useSyncExternalStore } from 'react';

/** Where tables become cards: below Tailwind's `sm`. */
export const NARROW = '(width < 40rem)';

/** True while the media query matches; false in the exported HTML. */
export const useMediaQuery = (query: string): boolean => {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(
    subscribe,
    () => matchMedia(query).matches,
    () => false,
  );
};
