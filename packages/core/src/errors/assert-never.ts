/** Marks a place that exhaustive handling makes unreachable; a new union member fails to compile here. */
export const assertNever = (value: never): never => {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
};
