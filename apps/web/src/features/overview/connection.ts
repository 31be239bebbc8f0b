/** The state of the live stream, as a pure machine: what happened in, what to show out. */
export type Connection =
  /** The first attempt is under way. */
  | { readonly phase: 'connecting' }
  | { readonly phase: 'live' }
  /** It broke, or could not be opened, so many times in a row. */
  | { readonly phase: 'reconnecting'; readonly failures: number }
  | { readonly phase: 'lost'; readonly failures: number };

export type ConnectionEvent = 'received' | 'broken';

/** From this many failures in a row on the stream counts as lost, not as reconnecting. */
const LOST_AFTER = 3;

export const initialConnection: Connection = { phase: 'connecting' };

/** The state after an event; the same object when nothing changes. */
export const nextConnection = (connection: Connection, event: ConnectionEvent): Connection => {
  if (event === 'received') return connection.phase === 'live' ? connection : { phase: 'live' };
  const failures = 'failures' in connection ? connection.failures + 1 : 1;
  return { phase: failures >= LOST_AFTER ? 'lost' : 'reconnecting', failures };
};

/** True while nothing needs to be polled: the stream brings every change, or is about to. */
export const isStreaming = (connection: Connection): boolean => connection.phase === 'live' || connection.phase === 'connecting';
