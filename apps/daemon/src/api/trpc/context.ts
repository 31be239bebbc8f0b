import type { Actor, ApiServices } from '../services';

/** What every procedure finds. Built by the edge that received the call. */
export type ApiContext = {
  /** Null until the replica serves: procedures then answer STARTING. */
  readonly services: ApiServices | null;
  /** Null when the caller showed no valid credentials. */
  readonly actor: Actor | null;
  /** Set when the address tried wrong credentials too often: seconds until it may try again. */
  readonly retryAfterSeconds: number | null;
  readonly requestId: string;
  /** Remote address, or "admin-socket". */
  readonly from: string;
  /** Aborts when the listener closes: ends event streams. */
  readonly closing: AbortSignal;
};
