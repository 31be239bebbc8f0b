'use client';

import { useSyncExternalStore } from 'react';

/** A choice of the reader that this browser remembers. */
export type Preference<Value extends string> = {
  readonly fallback: Value;
  readonly read: () => Value;
  readonly write: (value: Value) => void;
  /** Calls the listener after each change, also one made in another tab; returns how to stop that. */
  readonly subscribe: (listener: () => void) => () => void;
};

type PreferenceOptions<Value extends string> = { readonly key: string; readonly values: readonly Value[]; readonly fallback: Value };

/** What is stored under `key` but not among `values` counts as `fallback`. */
export const createPreference = <Value extends string>({ key, values, fallback }: PreferenceOptions<Value>): Preference<Value> => {
  const changed = `quorate:preference:${key}`;
  return {
    fallback,
    read: () => {
      const stored = readStored(key);
      return values.find((value) => value === stored) ?? fallback;
    },
    write: (value) => {
      writeStored(key, value);
      window.dispatchEvent(new Event(changed));
    },
    subscribe: (listener) => {
      window.addEventListener(changed, listener);
      window.addEventListener('storage', listener);
      return () => {
        window.removeEventListener(changed, listener);
        window.removeEventListener('storage', listener);
      };
    },
  };
};

/** The present choice; the fallback in the exported HTML. */
export const usePreference = <Value extends string>(preference: Preference<Value>): Value =>
  useSyncExternalStore(preference.subscribe, preference.read, () => preference.fallback);

const readStored = (key: string): string | null => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is closed to us: nothing is remembered
  }
};

const writeStored = (key: string, value: string): void => {
  try {
    localStorage.setItem(key, value);
  } catch {
    // storage is closed to us: the choice cannot be kept
  }
};
