import type { Timers, Versions } from '@quorate/core/join/wire';
import type { InstallPaths } from './install';

/** What this host is and wants to be. */
export type JoinHost = {
  readonly paths: InstallPaths;
  readonly name: string;
  readonly urls: { readonly peer: string; readonly listenPeer: string; readonly replica: string; readonly public: string | null };
  /** Where the replica listener will listen. */
  readonly replicaAddress: { readonly host: string; readonly port: number };
  readonly clusterToken: string;
  readonly versions: Versions;
  readonly timers: Timers;
};
