'use client';

import { useEffect } from 'react';
import { createPreference, usePreference } from './preference';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The key is the one that public/theme.js reads before the first paint. */
export const themePreference = createPreference<Theme>({ key: 'quorate.theme', values: THEMES, fallback: 'system' });

/** The chosen theme; keeps the document in it, also when another tab chooses. */
export const useTheme = (): Theme => {
  const theme = usePreference(themePreference);
  useEffect(() => {
    // Asked again, because the first render after hydration still knows only the fallback.
    const chosen = themePreference.read();
    if (chosen === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
  });
  return theme;
};
