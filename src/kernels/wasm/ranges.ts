/** A range of rows, columns or bands. */
export type Range = readonly [first: number, count: number];

/** Cuts [0, total) into ranges of `length`, the last one shorter. */
export const chunksOf = (total: number, length: number): Range[] =>
  Array.from({ length: Math.ceil(total / length) }, (_, i) => [
    i * length,
    Math.min(length, total - i * length),
  ]);

/** Cuts [0, total) into at most `parts` ranges that begin at multiples of `strip`. */
export const rangesOf = (total: number, parts: number, strip: number): Range[] =>
  chunksOf(total, strip * Math.max(1, Math.ceil(total / strip / parts)));

/** The same for the columns of a triangle, in ranges of about equal area. */
export function triangleRanges(total: number, parts: number, strip: number): Range[] {
  const ends = Array.from({ length: parts }, (_, i) =>
    i === parts - 1 ? total : strip * Math.round((total * Math.sqrt((i + 1) / parts)) / strip),
  );
  return ends
    .map((end, i): Range => [ends[i - 1] ?? 0, end - (ends[i - 1] ?? 0)])
    .filter(([, count]) => count > 0);
}
