/** One line per step, with the seconds since the start: what a person sees while the lab comes up. */
export type Progress = {
  readonly say: (text: string) => void;
  readonly step: (who: string, text: string) => void;
  readonly warn: (who: string, text: string) => void;
  readonly elapsedSeconds: () => number;
};

export const createProgress = (write: (text: string) => void, options: { readonly color: boolean }): Progress => {
  const startedAt = performance.now();
  const paint = (code: number, text: string) => (options.color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const elapsedSeconds = () => (performance.now() - startedAt) / 1000;
  const line = (who: string, text: string) => write(`${paint(2, `${elapsedSeconds().toFixed(1).padStart(6)} s`)}  ${who.padEnd(10)} ${text}\n`);
  return {
    say: (text) => write(`${text}\n`),
    step: line,
    warn: (who, text) => line(who, paint(33, text)),
    elapsedSeconds,
  };
};
