'use client';

import { type RefCallback, useCallback, useState } from 'react';

export type Size = { readonly width: number; readonly height: number };

/** Inner size of an element in CSS pixels, kept current; null until it has been measured. Attach the returned ref. */
export const useElementSize = (): readonly [RefCallback<HTMLElement>, Size | null] => {
  const [size, setSize] = useState<Size | null>(null);
  const ref = useCallback((element: HTMLElement | null) => {
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
};
