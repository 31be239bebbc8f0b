import type { ConfigOptions } from './options';

/** The flags of `quorated join`. */
export type JoinOptions = ConfigOptions & {
  readonly cpUrl?: string;
  readonly token?: string;
  readonly tokenPath?: string;
  readonly caFingerprint?: string;
  readonly name?: string;
  readonly invite?: string;
  readonly tokenDest?: string;
  readonly timeout?: string;
  /** commander turns --no-restart into restart: false. */
  readonly restart: boolean;
  readonly force?: boolean;
  readonly checkOnly?: boolean;
  readonly json?: boolean;
};

/** What proves that this host may join, and where. */
export type Ticket = {
  readonly urls: readonly string[];
  readonly caFingerprint: string;
  readonly token: string;
  readonly tokenFile: string | null;
  readonly clusterToken?: string;
};
