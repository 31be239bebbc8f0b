'use client';

import { useEffect } from 'react';

/** Names the browser tab. */
export const useDocumentTitle = (title: string): void => {
  useEffect(() => {
    document.title = title;
  }, [title]);
};
