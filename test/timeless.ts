import type { HistoryRow } from "../src/scf/state.ts";

/** Rows of a run without what differs from one run to the next: times, and who did what in them. */
export const timeless = (rows: readonly HistoryRow[]) =>
  rows.map(({ seconds: _, parts: __, work: ___, ...row }) => row);
