import { type NumberOptions, valuesOf } from "../../common/options.ts";
import { newRealField } from "../../kernels/fields.ts";
import { leastSquares, subtractColumns } from "../../kernels/least-squares.ts";
import type { Accelerator } from "./accelerator.ts";
import { remembered, spanned } from "./step-basis.ts";

/** Rules, defaults and limits of the numbers of `anderson`. */
export const ANDERSON_OPTIONS = {
  depth: {
    rule: "must be a whole number of past steps, 0 or more; 10 is usual",
    default: 10,
    isWhole: true,
    atLeast: 0,
  },
  errorFactor: { rule: "must be a factor above 1; 1e5 is usual", default: 1e5, above: 1, isUnbounded: true },
  maxCondition: {
    rule: "must be a condition number above 1; 1e6 is usual",
    default: 1e6,
    above: 1,
    isUnbounded: true,
  },
  maxRise: {
    rule: "must be a positive energy in Ha per electron; 0.01 is usual",
    default: 0.01,
    above: 0,
    isUnbounded: true,
  },
} as const satisfies NumberOptions;

export interface AndersonOptions {
  /** Number of past points used, at least 0 (0 is the damped iteration). Default 10. */
  readonly depth?: number | undefined;
  /** Points with a residual above this times the smallest are dropped. Default 1e5 [CDLS21]. */
  readonly errorFactor?: number | undefined;
  /** Largest condition number; above it points of largest residuals are dropped. Default 1e6. */
  readonly maxCondition?: number | undefined;
  /**
   * Rise of the energy above its minimum so far [Ha per electron] beyond which the iteration
   * returns to the minimum; Infinity never returns. Default 0.01: aluminium slabs under `ldos` rise
   * by less than a hundredth of it, runaways by tens to thousands of times as much.
   */
  readonly maxRise?: number | undefined;
}

/**
 * Makes Anderson acceleration: the damped step corrected by the combination of past points with the
 * smallest residual.
 *
 *   ρ⁺ = ρ + α s + Σᵢ βᵢ (ρᵢ − ρ + α (sᵢ − s)),   β minimises ‖s + Σᵢ βᵢ (sᵢ − s)‖,
 *   s = P⁻¹(F(ρ) − ρ)
 *
 * The norm is given to `next`: the energy norm if there is a Hartree energy (`energy-norm.ts`),
 * else the plain one. The least-squares problem is solved by orthogonalisation; normal equations
 * would square its condition number. The steps are kept in an orthonormal basis (`step-basis.ts`),
 * in which the problem is as small as the history is short. Depth, error factor and condition
 * number limit the points used [And65; CDLS21].
 *
 * @throws InputError if an option is out of range.
 *
 * @example
 * ```ts
 * import { anderson, densityMixing, ldos } from "stillwave";
 *
 * const method = densityMixing({ preconditioner: ldos(), accelerator: anderson({ depth: 5 }) });
 * ```
 */
export function anderson(options: AndersonOptions = {}): Accelerator {
  const { depth, errorFactor, maxCondition, maxRise } = valuesOf("anderson", ANDERSON_OPTIONS, options);
  return {
    name: `anderson(depth=${depth})`,
    maxRise,
    next(history, input, step, damping, weigh) {
      const { points, directions } = spanned([...history, { input, step }], weigh);
      const [past, now] = [points.slice(0, -1), points.at(-1)!];
      const smallest = points.reduce((least, { norm }) => Math.min(least, norm), now.norm);
      let used = past
        // The newest point always stays: it holds the direction of the last step.
        .filter(({ norm }, i) => i === history.length - 1 || norm <= errorFactor * smallest);

      let beta: number[] = [];
      while (used.length > 0) {
        const fit = leastSquares(
          used.map(({ weighed }) => weighed.map((x, i) => x - now.weighed[i]!)),
          now.weighed,
        );
        if (fit.condition <= maxCondition || used.length === 1) {
          beta = fit.condition <= maxCondition ? fit.coefficients.map((c) => -c) : [];
          break;
        }
        const worst = used
          .slice(0, -1)
          .reduce((best, { norm }, i, all) => (norm > all[best]!.norm ? i : best), 0);
        used = used.filter((_, i) => i !== worst);
      }

      // (1 − Σ βᵢ)(ρ + α s) + Σ βᵢ (ρᵢ + α sᵢ)
      const own = { b: 1 - beta.reduce((sum, b) => sum + b, 0), point: now };
      const parts = [own, ...beta.map((b, i) => ({ b, point: used[i]! }))];
      const out = newRealField(input.length);
      subtractColumns(
        out,
        Float64Array.from(parts.flatMap(({ b }) => [-b, -b * damping])),
        parts.flatMap(({ point }) => [point.input, point.step]),
      );
      const kept = depth === 0 ? [] : [...used, now].slice(-depth);
      return { input: out, history: remembered(kept, directions) };
    },
  };
}
