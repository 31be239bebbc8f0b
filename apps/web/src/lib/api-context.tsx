'use client';

import { QueryClientProvider } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useState } from 'react';
import { type ApiClient, createApiClient } from './api-client';
import type { ApiFailure } from './api-failure';
import { createQueryClient } from './query-client';

const ApiContext = createContext<ApiClient | null>(null);

type ApiProviderProps = { readonly token: string; readonly onRefused: (failure: ApiFailure) => void; readonly children: ReactNode };

/** Client and cache of one session. Give it the token as `key`, so that nothing of one session is left in the next. */
export const ApiProvider = ({ token, onRefused, children }: ApiProviderProps) => {
  const [api] = useState(() => createApiClient({ token }));
  const [queryClient] = useState(() => createQueryClient({ onRefused }));
  return (
    <ApiContext value={api}>
      <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
    </ApiContext>
  );
};

/** The client of the present session. */
export const useApi = (): ApiClient => {
  const api = useContext(ApiContext);
  if (!api) throw new Error('useApi needs an ApiProvider above it');
  return api;
};
