/**
 * The administrator token of this tab: in sessionStorage and nowhere else, so that it ends with the tab and no other origin sees it.
 * Reads and writes are announced through a window event; React follows with useSyncExternalStore.
 */
const KEY = 'quorate.admin-token';
const CHANGED = 'quorate:session';

/** The token, or null while nobody is signed in. */
export const readSessionToken = (): string | null => sessionStorage.getItem(KEY);

/** Keeps the token until the tab closes. */
export const startSession = (token: string): void => {
  sessionStorage.setItem(KEY, token);
  window.dispatchEvent(new Event(CHANGED));
};

/** Forgets the token. */
export const endSession = (): void => {
  sessionStorage.removeItem(KEY);
  window.dispatchEvent(new Event(CHANGED));
};

/** Calls the listener after each start and end; returns how to stop that. */
export const subscribeSession = (listener: () => void): (() => void) => {
  window.addEventListener(CHANGED, listener);
  return () => window.removeEventListener(CHANGED, listener);
};

/** The token in a URL fragment such as "#token=qrt_admin_…"; null when there is none. */
export const parseTokenFragment = (hash: string): string | null => {
  const token = new URLSearchParams(hash.replace(/^#/, '')).get('token')?.trim() ?? '';
  return token === '' ? null : token;
};

/** Starts a session from the address bar and wipes the token from it and from the history entry. */
export const takeTokenFromAddress = (): void => {
  const token = parseTokenFragment(location.hash);
  if (token === null) return;
  history.replaceState(history.state, '', location.pathname + location.search);
  startSession(token);
};
