import type { HistoryRow } from "../state.ts";

/** Parts of ‖ρout − ρin‖ and of ‖α P⁻¹(ρout − ρin)‖ that the orbitals' residuals are kept below. */
const OF_RESIDUAL = 0.03;
const OF_STEP = 0.05;

/**
 * How tightly to diagonalise: the error of the orbitals should stay below that of the density they are made in, and below the step
 * that is taken from it.
 *
 *   first step 0.025;  then the least so far of 0.03 ‖ρout − ρin‖ and 0.05 ‖α P⁻¹(ρout − ρin)‖, within [100·2⁻⁵², 0.005]
 *
 * The residual of an orbital is linear in its error, as the density is. The second norm decides where P⁻¹ or α shorten a step by much,
 * as Kerker's preconditioner in vacuum or the small damping that `simple` needs in a long metal: what is left is then of the size
 * of the error made in F(ρ), and extrapolation goes by it. (The first is the rule of DFTK 0.7, the second that of the runs
 * of [HL21], there with 0.04.)
 *
 * @param history residuals so far; of orbitals carried along from another system, the change of the density stands for theirs
 * @param step ‖α P⁻¹(ρout − ρin)‖ of the damped step [bohr^(-3/2)], where the method takes one
 * @param previous what was asked for in the step before
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
