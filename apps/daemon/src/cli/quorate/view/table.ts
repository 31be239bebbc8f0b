export type Column<T> = { readonly title: string; readonly cell: (row: T) => string; readonly align?: 'left' | 'right' };

/** Rows below titles, aligned, two spaces apart; a column that is empty in every row is left out. */
export const table = <T>(columns: readonly Column<T>[], rows: readonly T[]): string => {
  const filled = columns
    .map((column) => ({ column, cells: rows.map((row) => oneLine(column.cell(row))) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const widths = filled.map(({ column, cells }) => Math.max(column.title.length, ...cells.map((cell) => cell.length)));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => (filled[at]?.column.align === 'right' ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  const body = rows.map((_, row) => line(filled.map(({ cells }) => cells[row] ?? '')));
  return `${[line(filled.map(({ column }) => column.title)), ...body].join('\n')}\n`;
};

/** Names before values, aligned. Pairs without a value are left out. */
export const pairs = (lines: readonly (readonly [string, string | null])[]): string => {
  const shown = lines.filter(([, value]) => value !== null);
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${oneLine(value ?? '')}\n`).join('');
};

/** Names and details come from other hosts: no control character of theirs reaches the terminal. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ');
