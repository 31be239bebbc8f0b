'use client';

import { type ComponentType, type LazyExoticComponent, lazy, useEffect } from 'react';

export type LazyPart<Props> = { readonly Part: LazyExoticComponent<ComponentType<Props>>; readonly preload: () => void };

/** A component whose code is not needed for the first paint. Show `Part` inside a Suspense boundary. */
export const createLazyPart = <Props>(load: () => Promise<ComponentType<Props>>): LazyPart<Props> => ({
  Part: lazy(async () => ({ default: await load() })),
  // A failure here is nothing yet: showing the part asks again.
  preload: () => void load().catch(() => undefined),
});

/** Fetches the code once the page stands, so that it is there when it is needed, also when the replica has died since. */
export const usePreload = (part: Pick<LazyPart<never>, 'preload'>): void => {
  useEffect(() => part.preload(), [part]);
};
