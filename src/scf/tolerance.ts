import type { ScfOptions } from "./problem.ts";
import type { HistoryRow } from "./state.ts";

/** Whether a step meets every tolerance that is given. */
export function meets(
  tolerance: ScfOptions["tolerance"],
  row: HistoryRow,
  previous: HistoryRow | undefined,
): boolean {
  const density = tolerance.density === undefined || row.densityResidual < tolerance.density;
  const energy =
    tolerance.energy === undefined ||
    (previous !== undefined && Math.abs(row.energy - previous.energy) < tolerance.energy);
  return density && energy;
}
