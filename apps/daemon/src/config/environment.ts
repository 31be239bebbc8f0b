/** The environment as it is: the only place that reads process.env. Everything else receives what it needs. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A copy of the environment of this process. */
export const readEnvironment = (): Environment => ({ ...process.env });
