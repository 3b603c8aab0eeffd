/**
 * What rounding to float32 does to the vectors of one solve, whose changes may be rounded, but not
 * they themselves. A vector changes by about its residual over gaps, whatever the others do.
 */
export interface Rounding {
  /** Whether the vectors have been changed by rounded ones. */
  readonly isUsed: boolean;
  /** Tells the largest norm of H w, w of norm 1 [Ha]. */
  setEnergy(energy: number): void;
  /**
   * Whether changes of vectors that must converge, by at most `change`, may be rounded. Residuals
   * err by that times the rounding; Ritz values, which later iterations keep, by its square times
   * the rounding, where a residual of the tolerance moves a level by its square over a gap.
   */
  allows(change: number): boolean;
  /**
   * Whether all vectors may be changed by rounded vectors of these norms, which is then added to
   * their errors. What is rounded in these already, of norms `rounded`, is added in any case.
   */
  round(changes: Readonly<Float64Array>, rounded?: Readonly<Float64Array>): boolean;
  /** Turns the errors as the vectors, X ← X c, before these change; `ld` rows to a column of c. */
  turn(width: 1 | 2, c: Readonly<Float64Array>, ld: number): void;
  /**
   * Whether a product with H of a vector that must converge errs by too much for that, as it
   * changed more than foreseen.
   */
  readonly isSpoiled: boolean;
}

/** Finer tolerances [Ha] leave no room beside the rounding of float64. */
export const FINEST = 1e-9;

/**
 * @param nConverge number of first vectors, of m, that must converge to the tolerance [Ha].
 * @param leastEnergy what rounding within H is multiplied by at least [Ha].
 */
export function roundingOf(m: number, nConverge: number, tolerance: number, leastEnergy = 0): Rounding {
  const errors = new Float64Array(m);
  const most = ROUNDING_SHARE * tolerance;
  let energy = Math.max(USUAL_ENERGY, leastEnergy);
  let isUsed = false;
  const largest = (norms: Readonly<Float64Array>) =>
    norms.subarray(0, nConverge).reduce((most, norm) => Math.max(most, norm), 0);
  const allows = (change: number) => {
    const added = SINGLE_ROUNDING * energy * change;
    const isSmall = largest(errors) + added <= most && added * change <= tolerance ** 2 / GAP;
    return isSmall && energy <= MOST_ENERGY;
  };
  return {
    get isUsed() {
      return isUsed;
    },
    get isSpoiled() {
      return largest(errors) > most;
    },
    setEnergy(measured) {
      energy = Math.max(measured, leastEnergy);
    },
    allows,
    round(changes, rounded) {
      const isAllowed = allows(largest(changes));
      for (let j = 0; j < m; j++) {
        const change = Math.hypot(isAllowed ? changes[j]! : 0, rounded?.[j] ?? 0);
        isUsed ||= change > 0;
        errors[j]! += SINGLE_ROUNDING * energy * change;
      }
      return isAllowed;
    },
    turn(width, c, ld) {
      const before = errors.map((error) => error ** 2);
      for (let j = 0; j < m; j++) {
        let sum = 0;
        for (let i = 0; i < width * m; i++)
          sum += c[width * ld * j + i]! ** 2 * before[width === 1 ? i : i >> 1]!;
        errors[j] = Math.sqrt(sum);
      }
    },
  };
}

/** Rounding of the factors of a product to float32, in norms of columns. */
const SINGLE_ROUNDING = 8 * 2 ** -24;
/** Gap to other levels [Ha], a small one, with which a residual counts for a level. */
const GAP = 0.1;
/** Most of the tolerance that it may take in all iterations together. */
const ROUNDING_SHARE = 0.2;
/** ‖HW‖ of preconditioned residuals W of norm 1 [Ha], before it is measured. */
const USUAL_ENERGY = 10;
/**
 * Above it [Ha] the preconditioner lets high energies pass, and convergence lives of directions
 * conjugate to each other, which their rounding would end: a condensate in a trap 112 Ha deep.
 */
const MOST_ENERGY = 20;
