/** Vectors on the first `rows` plane waves of a set, a column each: any doubles, taken as exact. */
export interface TrialPanel {
  readonly rows: number;
  readonly columns: number;
  /** [rows × columns] complex. */
  readonly data: Float64Array;
}

/** A panel of as many columns as the numbers fill. */
export const trialPanel = (rows: number, columns: number, data: Float64Array): TrialPanel => ({
  rows,
  columns,
  data,
});

/** Where column j of interleaved complex columns of n entries begins and ends. */
export const columnRange = (n: number, j: number): readonly [from: number, to: number] => [
  2 * n * j,
  2 * n * (j + 1),
];
