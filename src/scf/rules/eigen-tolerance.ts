import type { HistoryRow } from "../state.ts";

/** Limits of the orbital residuals, relative to ‖ρout − ρin‖ and to ‖α P⁻¹(ρout − ρin)‖. */
const OF_RESIDUAL = 0.03;
const OF_STEP = 0.05;
/** √Σ(f w)² [electrons] beyond which the limits fall: 14 bands of two electrons at one k-point. */
const MOST_ELECTRONS = 7.5;

/**
 * Returns the tolerance of the next diagonalisation: the error of the orbitals stays below the
 * residual of the density and below the step taken from it.
 *
 *   first step 0.025;  then s times the least so far of 0.03 ‖ρout − ρin‖ and
 *   0.05 ‖α P⁻¹(ρout − ρin)‖, within [100·2⁻⁵², 0.005],   s = min(1, 7.5/√Σ(f w)²)
 *
 * The residual of an orbital is linear in its error, as the density is. The second norm decides if
 * P⁻¹ or α shorten a step by much, as Kerker's preconditioner does in vacuum or the small damping
 * of `simple` in a long metal: the remaining step is then as small as the error of F(ρ), which
 * misleads extrapolation. The first is the rule of DFTK 0.7, the second the rule of the runs of
 * [HL21], with 0.04 there.
 *
 * Orbitals with independent errors of size r, weighted by f w, put an error of about r √Σ(f w)²
 * into the density, the sum over all bands and k-points: in a large cell at one k-point many times
 * r. The factor s keeps the error of F(ρ) the same share of its residual there. Without it 64
 * silicon atoms at Γ take 15 steps with `auto` in place of 9, and more applications of H.
 *
 * @param history residuals so far. With orbitals of another system the change of the density stands
 *   for its residual.
 * @param weights f w of the levels of each block [electrons].
 * @param step ‖α P⁻¹(ρout − ρin)‖ of the damped step [bohr^(-3/2)], if the method takes one.
 * @param previous tolerance of the step before.
 */
export function eigenTolerance(
  history: readonly Pick<HistoryRow, "densityResidual">[],
  weights: readonly Float64Array[] = [],
  step = Infinity,
  previous = Infinity,
): number {
  if (history.length === 0) return 0.025;
  const smallest = Math.min(...history.map(({ densityResidual }) => densityResidual));
  const electrons = Math.hypot(...weights.map((block) => Math.hypot(...block)));
  const share = Math.min(1, MOST_ELECTRONS / electrons);
  const wanted = share * Math.min(OF_RESIDUAL * smallest, OF_STEP * step);
  return Math.min(previous, 5e-3, Math.max(100 * 2 ** -52, wanted));
}
