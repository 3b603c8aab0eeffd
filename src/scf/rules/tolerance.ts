import type { SolvedStep, Tolerance } from "../method.ts";
import type { HistoryRow } from "../state.ts";

/**
 * Tells whether a step meets all given tolerances. A small change of the energy counts only if the
 * residual is small too: with a tiny damping the energy hardly changes even far from the solution.
 */
export function meets(
  tolerance: Tolerance,
  { densityResidual, energies }: Pick<SolvedStep, "densityResidual" | "energies">,
  previous: HistoryRow | undefined,
): boolean {
  const density = tolerance.density === undefined || densityResidual < tolerance.density;
  const energy =
    tolerance.energy === undefined ||
    (previous !== undefined &&
      Math.abs(energies.total - previous.energy) < tolerance.energy &&
      densityResidual < targetResidual({ energy: tolerance.energy }));
  return density && energy;
}

/** Returns the target of ‖F(ρ) − ρ‖ [bohr^(-3/2)]; the energy is of second order in the density. */
export const targetResidual = ({ density, energy }: Tolerance): number => density ?? Math.sqrt(energy ?? 0);
