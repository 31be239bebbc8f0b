import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { type ApiFailure, isRefusedToken, readFailure } from './api-failure';

/** Cache for one session. `onRefused` is told when any call finds the token refused; every other failure is shown where it happened. */
export const createQueryClient = ({ onRefused }: { readonly onRefused: (failure: ApiFailure) => void }): QueryClient => {
  const onError = (error: unknown): void => {
    const failure = readFailure(error);
    if (isRefusedToken(failure)) onRefused(failure);
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      // The daemon is often on a network without internet, where the browser believes itself offline.
      queries: { networkMode: 'always', retry: false },
      mutations: { networkMode: 'always', retry: false },
    },
  });
};
