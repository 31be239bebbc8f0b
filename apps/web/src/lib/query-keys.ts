/** Names of what is cached. Here because the live stream, which knows only the cluster, tells the others that they are out of date. */
export const queryKeys = {
  clusterStatus: ['cluster', 'status'],
  removalPreview: (memberId: string) => ['cluster', 'removal', memberId],
  removalPreviews: ['cluster', 'removal'],
  joinTokens: ['join-tokens'],
  events: ['events'],
} as const;
