/** One line of the daemon's JSON log. */
export type LogLine = { readonly time: string; readonly level: string; readonly msg: string } & Readonly<Record<string, unknown>>;

/** The JSON lines of a daemon's output; text that is not JSON (errors for people) is left out. */
export const logLines = (output: string): readonly LogLine[] => output.split('\n').flatMap((line) => (line.startsWith('{') ? parseLine(line) : []));

const parseLine = (line: string): LogLine[] => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'msg' in value ? [value as LogLine] : [];
  } catch {
    return [];
  }
};

/** The last lines of a text, for failure reports. */
export const lastLines = (text: string, count: number): string => text.trimEnd().split('\n').slice(-count).join('\n');
