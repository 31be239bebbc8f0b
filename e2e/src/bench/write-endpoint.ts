/** One member of a cluster as a client sees it: Quorate and plain etcd behind the same few words. */
export type WriteEndpoint = {
  readonly name: string;
  /** True when the write was acknowledged in time; never throws. */
  readonly write: (timeoutMs: number) => Promise<boolean>;
  readonly isLeader: () => Promise<boolean>;
  /** SIGKILL; resolves when it is gone. */
  readonly kill: () => Promise<void>;
  /** Resolves when it serves again. */
  readonly restart: () => Promise<void>;
};
