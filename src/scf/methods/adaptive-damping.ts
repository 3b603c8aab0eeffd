/** Between which sizes a step of the line search may lie. */
export interface DampingLimits {
  /** Smallest α and largest. */
  readonly least: number;
  readonly most: number;
  /** Smallest α that a search begins with. */
  readonly leastTrial: number;
  /** α of the first search. */
  readonly first: number;
  /** Potentials tried along one direction at most. */
  readonly maxTries: number;
}

/**
 * The limits that follow from the options of `potentialMixing`.
 *
 * @param minDamping smallest α that a search begins with; a fourth of it is the smallest at all.
 */
export const dampingLimits = (minDamping: number, maxTries: number): DampingLimits => ({
  least: minDamping / 4,
  most: Math.max(1, 1.25 * minDamping),
  leastTrial: minDamping,
  first: Math.max(0.8, minDamping),
  maxTries,
});

/**
 * A proposal α′ after a rejected α, made safe: shorter than α by 5 % at least, by one half when it turns back, and
 * within the limits. A proposal of next to nothing becomes the smallest step forward.
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

/** What one try along a direction tells of the energy there. */
export interface Trial {
  /** α of the try. */
  readonly damping: number;
  /** E(V + α d) − E(V) [Ha]. */
  readonly rise: number;
  /** ∫ (V[ρ] − V) δρ at the start of the line and at the try, δρ the change of the density between them [Ha]. */
  readonly slopeBefore: number;
  readonly slopeAfter: number;
}

/** The parabola E + s α + ½ c α² through a try. */
export interface Parabola {
  /** Where it is lowest; absent where it is not convex or not to be believed. */
  readonly lowest?: number;
  /** η = |E(α) − E − parabola|/|E(α) − E|. */
  readonly error: number;
}

/** The energy a try must have got right for its parabola to be believed, as part of its change. */
const MODEL_TOLERANCE = 0.1;

/**
 * The orbitals minimise ∫Vρ + …, so the free energy has the slope dE/dα = ∫ (V[ρ] − V) dρ/dα. With δρ/α for dρ/dα,
 *
 *   s = slopeBefore/α,   c = (slopeAfter − slopeBefore)/α²,   E(α) − E ≈ ½ (slopeBefore + slopeAfter)
 *
 * The last is the trapezoidal rule; how far it is off says how much the parabola means. [HL22] take the
 * second derivative from the kernel K at the start, where V[ρ + δρ] − V[ρ], which is there already, serves here.
 */
export function parabola({ damping, rise, slopeBefore, slopeAfter }: Trial): Parabola {
  const error = Math.abs(rise - 0.5 * (slopeBefore + slopeAfter)) / Math.abs(rise);
  const s = slopeBefore / damping;
  const c = (slopeAfter - slopeBefore) / damping ** 2;
  const isDownhill = s < -Number.EPSILON;
  const isBelieved = error < MODEL_TOLERANCE / 5 || (isDownhill && error < MODEL_TOLERANCE);
  return c > Number.EPSILON && isBelieved ? { lowest: -s / c, error } : { error };
}

/** The next α along a direction, after a rejected one. */
export function shorterDamping(trial: Trial, limits: DampingLimits): number {
  const { lowest, error } = parabola(trial);
  return clampProposal(lowest ?? trial.damping * (error < 10 ? 0.5 : 0.25), trial.damping, limits);
}

/** The α that the next search begins with, after one accepted at the given try. */
export function nextTrial(trial: Trial, tries: number, { leastTrial, most }: DampingLimits): number {
  const used = Math.abs(trial.damping);
  const { lowest } = parabola(trial);
  const wanted = tries === 1 && lowest !== undefined ? Math.max(1.1 * Math.abs(lowest), used) : used;
  return Math.min(most, Math.max(leastTrial, wanted));
}
