/** Limits of the damping in a line search. */
export interface DampingLimits {
  /** Smallest and largest α. */
  readonly least: number;
  readonly most: number;
  /** Smallest first α of a search. */
  readonly leastTrial: number;
  /** α of the first search. */
  readonly first: number;
  /** Largest number of potentials tried along one direction. */
  readonly maxTries: number;
}

/**
 * Returns the limits for the options of `potentialMixing`.
 *
 * @param minDamping smallest first α of a search; the smallest α is a fourth of it.
 */
export const dampingLimits = (minDamping: number, maxTries: number): DampingLimits => ({
  least: minDamping / 4,
  most: Math.max(1, 1.25 * minDamping),
  leastTrial: minDamping,
  first: Math.max(0.8, minDamping),
  maxTries,
});

/**
 * Limits a proposed α′ after a rejected α: at least 5 % shorter than α, at least one half shorter
 * if its sign changes, and within the limits. A vanishing proposal becomes the smallest step
 * forward.
 */
export function clampProposal(
  proposal: number,
  damping: number,
  { least, most }: Pick<DampingLimits, "least" | "most">,
): number {
  const sign = proposal > 0 || Math.abs(proposal) <= least / 5 ? 1 : -1;
  const shorter = Math.min(Math.abs(proposal), (sign > 0 ? 0.95 : 0.5) * Math.abs(damping));
  return sign * Math.min(most, Math.max(least, shorter));
}

/** Energies of one trial step along a direction. */
export interface Trial {
  /** α of the trial. */
  readonly damping: number;
  /** E(V + α d) − E(V) [Ha]. */
  readonly rise: number;
  /** ∫ (V[ρ] − V) δρ [Ha] at the start and at the trial, δρ the change of density between them. */
  readonly slopeBefore: number;
  readonly slopeAfter: number;
}

/** Parabola E + s α + ½ c α² through a trial. */
export interface Parabola {
  /** Its minimum; absent if it is not convex or not reliable. */
  readonly lowest?: number;
  /** η = |E(α) − E − parabola|/|E(α) − E|. */
  readonly error: number;
}

/** Largest relative error of the energy change at which a parabola counts as reliable. */
const MODEL_TOLERANCE = 0.1;

/**
 * Fits a parabola to a trial. The orbitals minimise ∫Vρ + …, so the free energy has the slope dE/dα
 * = ∫ (V[ρ] − V) dρ/dα. With δρ/α for dρ/dα,
 *
 *   s = slopeBefore/α,  c = (slopeAfter − slopeBefore)/α²,  E(α) − E ≈ ½ (slopeBefore + slopeAfter)
 *
 * The last is the trapezoidal rule; its error tells how reliable the parabola is. [HL22] take the
 * second derivative from the kernel K at the start; here V[ρ + δρ] − V[ρ], already computed,
 * replaces it.
 */
export function parabola({ damping, rise, slopeBefore, slopeAfter }: Trial): Parabola {
  const error = Math.abs(rise - 0.5 * (slopeBefore + slopeAfter)) / Math.abs(rise);
  const s = slopeBefore / damping;
  const c = (slopeAfter - slopeBefore) / damping ** 2;
  const isDownhill = s < -Number.EPSILON;
  const isBelieved = error < MODEL_TOLERANCE / 5 || (isDownhill && error < MODEL_TOLERANCE);
  return c > Number.EPSILON && isBelieved ? { lowest: -s / c, error } : { error };
}

/** Returns the next α along a direction after a rejected one. */
export function shorterDamping(trial: Trial, limits: DampingLimits): number {
  const { lowest, error } = parabola(trial);
  return clampProposal(lowest ?? trial.damping * (error < 10 ? 0.5 : 0.25), trial.damping, limits);
}

/** Returns the first α of the next search after an accepted trial. */
export function nextTrial(trial: Trial, tries: number, { leastTrial, most }: DampingLimits): number {
  const used = Math.abs(trial.damping);
  const { lowest } = parabola(trial);
  const wanted = tries === 1 && lowest !== undefined ? Math.max(1.1 * Math.abs(lowest), used) : used;
  return Math.min(most, Math.max(leastTrial, wanted));
}
