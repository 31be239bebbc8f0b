import type { ApiClient } from '../../lib/api-client';
import type { OpenStream } from './cluster-stream';

/** The daemon's own stream of the cluster status. */
export const openClusterStream =
  (api: ApiClient): OpenStream =>
  ({ onStatus, onEnd }) => {
    const subscription = api.cluster.watch.subscribe(undefined, {
      onData: ({ data }) => onStatus(data),
      onError: onEnd,
      onComplete: onEnd,
      // An error beside "connecting" is a refusal that may pass, such as STARTING, or silence for too long.
      onConnectionStateChange: (state) => {
        if (state.state === 'connecting' && state.error) onEnd();
      },
    });
    return () => subscription.unsubscribe();
  };
