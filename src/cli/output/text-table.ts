/**
 * Returns a table as text, columns two spaces apart.
 *
 * @param left indices of columns whose cells stand to the left; all others to the right.
 * @param head what becomes of the line of titles.
 */
export function textTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  {
    left = [],
    head = (line) => line,
  }: { readonly left?: readonly number[]; readonly head?: (line: string) => string } = {},
): string {
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (left.includes(i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join("  ")
      .trimEnd();
  return `${[head(line(titles)), ...rows.map(line)].join("\n")}\n`;
}
