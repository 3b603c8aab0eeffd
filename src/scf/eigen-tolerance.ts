import type { HistoryRow } from "./state.ts";

/**
 * How tightly to diagonalise: the error of the orbitals should stay below that of the density they are made in.
 *
 *   first step 0.025;  then 0.03 · min over the history of ‖ρout − ρin‖, within [100·2⁻⁵², 0.005]
 *
 * (the rule of DFTK 0.7). The residual of an orbital is linear in its error, as the density is.
 */
export function eigenTolerance(history: readonly HistoryRow[]): number {
  if (history.length === 0) return 0.025;
  const smallest = Math.min(...history.map(({ densityResidual }) => densityResidual));
  return Math.min(5e-3, Math.max(100 * 2 ** -52, 0.03 * smallest));
}
