import type { HistoryRow } from "../state.ts";

/** Limits of the orbital residuals, relative to ‖ρout − ρin‖ and to ‖α P⁻¹(ρout − ρin)‖. */
const OF_RESIDUAL = 0.03;
const OF_STEP = 0.05;

/**
 * Returns the tolerance of the next diagonalisation: the error of the orbitals stays below the
 * residual of the density and below the step taken from it.
 *
 *   first step 0.025;  then the least so far of 0.03 ‖ρout − ρin‖ and 0.05 ‖α P⁻¹(ρout − ρin)‖,
 *   within [100·2⁻⁵², 0.005]
 *
 * The residual of an orbital is linear in its error, as the density is. The second norm decides if
 * P⁻¹ or α shorten a step by much, as Kerker's preconditioner does in vacuum or the small damping
 * of `simple` in a long metal: the remaining step is then as small as the error of F(ρ), which
 * misleads extrapolation. The first is the rule of DFTK 0.7, the second the rule of the runs of
 * [HL21], with 0.04 there.
 *
 * @param history residuals so far. With orbitals of another system the change of the density stands
 *   for its residual.
 * @param step ‖α P⁻¹(ρout − ρin)‖ of the damped step [bohr^(-3/2)], if the method takes one.
 * @param previous tolerance of the step before.
 */
export function eigenTolerance(
  history: readonly Pick<HistoryRow, "densityResidual">[],
  step = Infinity,
  previous = Infinity,
): number {
  if (history.length === 0) return 0.025;
  const smallest = Math.min(...history.map(({ densityResidual }) => densityResidual));
  const wanted = Math.max(100 * 2 ** -52, Math.min(OF_RESIDUAL * smallest, OF_STEP * step));
  return Math.min(previous, 5e-3, wanted);
}
