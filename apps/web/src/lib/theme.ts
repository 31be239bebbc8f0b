import { createPreference } from './preference';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The key is the one that public/theme.js reads before the first paint. */
export const themePreference = createPreference<Theme>({ key: 'quorate.theme', values: THEMES, fallback: 'system' });

/** Shows the page in this theme and remembers it. */
export const chooseTheme = (theme: Theme): void => {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  themePreference.write(theme);
};
