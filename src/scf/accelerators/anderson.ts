import { requireInput } from "../../common/failure.ts";
import { difference, dotReal, type RealField } from "../../kernels/fields.ts";
import { leastSquares } from "../../kernels/least-squares.ts";
import type { Accelerator, HistoryPoint } from "./accelerator.ts";

export interface AndersonOptions {
  /** Number of past points used, at least 0 (0 is the damped iteration). Default 10. */
  readonly depth?: number;
  /** A past point is forgotten when its residual exceeds this times the smallest. Default 1e5 [CDLS21]. */
  readonly errorFactor?: number;
  /** Largest condition number of the differences; beyond it the points with the largest residuals go. Default 1e6. */
  readonly maxCondition?: number;
  /**
   * The iteration goes back when its energy climbs above the lowest so far by more than this [Ha per electron]; Infinity lets
   * it run. Default 0.01: aluminium slabs under `ldos` climb by less than a hundredth of it, runaways by tens to
   * thousands of times as much.
   */
  readonly maxRise?: number;
}

/**
 * Anderson acceleration: the damped step corrected by the combination of past points whose residual is smallest.
 *
 *   ρ⁺ = ρ + α s + Σᵢ βᵢ (ρᵢ − ρ + α (sᵢ − s)),   β minimises ‖s + Σᵢ βᵢ (sᵢ − s)‖,   s = P⁻¹(F(ρ) − ρ)
 *
 * The norm is the one that `next` is given: of the energy, where there is a Hartree energy (`energy-norm.ts`), else the plain one.
 * The least-squares problem is solved by orthogonalisation, not by normal equations, which would square its condition.
 * Three guards: depth, error factor and condition number [And65; CDLS21].
 *
 * @throws InputError if an option is out of range.
 */
export function anderson({
  depth = 10,
  errorFactor = 1e5,
  maxCondition = 1e6,
  maxRise = 0.01,
}: AndersonOptions = {}): Accelerator {
  requireInput(
    Number.isInteger(depth) && depth >= 0,
    () => `scf.accelerator.depth: must be a whole number ≥ 0, got ${depth}`,
  );
  requireInput(errorFactor > 1, () => `scf.accelerator.errorFactor: must be above 1, got ${errorFactor}`);
  requireInput(maxCondition > 1, () => `scf.accelerator.maxCondition: must be above 1, got ${maxCondition}`);
  requireInput(maxRise > 0, () => `scf.accelerator.maxRise: must be positive, got ${maxRise}`);
  return {
    name: `anderson(depth=${depth})`,
    start: [],
    maxRise,
    next(state, rho, step, damping, weigh) {
      const weighed = weigh?.(step) ?? step;
      const past = state.map((point) => {
        const seen = weigh === undefined ? point.step : (point.weighed ?? weigh(point.step));
        return { ...point, seen, norm: length(seen) };
      });
      const smallest = Math.min(length(weighed), ...past.map(({ norm }) => norm));
      let used = past
        // The newest stays whatever its size: it says where the iteration just came from.
        .filter(({ norm }, i) => i === state.length - 1 || norm <= errorFactor * smallest);

      let beta: number[] = [];
      while (used.length > 0) {
        const fit = leastSquares(
          used.map(({ seen }) => difference(seen, weighed)),
          weighed,
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

      const out = rho.slice() as RealField;
      for (let r = 0; r < out.length; r++) out[r]! += damping * step[r]!;
      beta.forEach((b, i) => {
        addDifference(out, used[i]!, { rho, step }, b, damping);
      });
      const point = (at: HistoryPoint, seen: RealField): HistoryPoint => ({
        rho: at.rho,
        step: at.step,
        ...(weigh === undefined ? {} : { weighed: seen }),
      });
      const kept = [...used.map((at) => point(at, at.seen)), point({ rho, step }, weighed)];
      return { rho: out, state: depth === 0 ? [] : kept.slice(-depth) };
    },
  };
}

const length = (x: RealField): number => Math.sqrt(dotReal(x, x));

/** out ← out + b (ρ′ − ρ + α (s′ − s)) */
function addDifference(
  out: RealField,
  to: HistoryPoint,
  from: HistoryPoint,
  b: number,
  damping: number,
): void {
  const { rho, step } = to;
  const { rho: rho0, step: step0 } = from;
  for (let r = 0; r < out.length; r++) out[r]! += b * (rho[r]! - rho0[r]! + damping * (step[r]! - step0[r]!));
}
