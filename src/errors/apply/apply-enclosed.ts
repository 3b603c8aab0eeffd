import { invariant } from "../../common/failure.ts";
import { columnNormsAbove, norm2Above, rootAbove } from "../../interval/norms.ts";
import { UNIT_ROUNDOFF } from "../../interval/rounding.ts";
import { type Above, gamma, inflated, productAbove, provedAbove, sumAbove } from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { EnclosedProblem, WaveSet } from "../problem/enclosed-hamiltonian.ts";
import type { PlaneWaves } from "../problem/reciprocal.ts";
import { localProduct } from "./local-product.ts";
import { localTail } from "./local-tail.ts";
import { addNonlocal } from "./nonlocal-product.ts";
import { columnRange, type TrialPanel } from "./trial-panel.ts";

/** H (without the constant) applied to vectors that live on the first rows of a set. */
export interface Applied {
  /** On all plane waves of the set: [set × m]. */
  readonly values: Float64Array;
  /** ‖(Hu)_set − values‖₂ per column. */
  readonly errors: readonly Above[];
  /** ‖Hu‖ outside the set per column; infinite when not asked for. */
  readonly tails: readonly Above[];
}

/** Applies H to any vectors, with bounds of all that the result misses. */
export function applyEnclosed(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  u: TrialPanel,
  { withTails = true }: { readonly withTails?: boolean } = {},
): Applied {
  const { waves } = set;
  const { count } = waves;
  invariant(
    set.panel.rows === count && u.rows <= count,
    () => `projectors on ${set.panel.rows} rows for ${count} plane waves`,
  );
  const { values, error: local } = localProduct(kernels, problem, set, u);
  const norms = columnNormsAbove(u.data, u.rows, u.columns);
  const kinetic = norms.map((_, j) => addKinetic(waves, u, j, values));
  const nonlocal = addNonlocal(kernels, problem, set, { ...u, norms }, values, withTails);
  return {
    values,
    errors: norms.map((norm, j) => {
      // two additions: u/(1−u) of either sum, and the first is at most the second and what was
      // added to it
      const size = norm2Above(values, ...columnRange(count, j));
      const additions = productAbove(gamma(2), sumAbove(size, nonlocal.sizes[j]!));
      return sumAbove(productAbove(local, norm), kinetic[j]!, nonlocal.errors[j]!, additions);
    }),
    tails: norms.map((_, j) =>
      withTails
        ? sumAbove(localTail(problem, waves, set.outsideRadius, u, j), nonlocal.tails[j]!)
        : provedAbove(Infinity),
    ),
  };
}

/** Adds T u of one column to `values`; bounds ‖Tu − added part‖₂ by errors of T and rounding. */
function addKinetic(
  { kinetic, kineticError, count }: PlaneWaves,
  u: TrialPanel,
  j: number,
  values: Float64Array,
): Above {
  let error2 = 0;
  for (let i = 0; i < u.rows; i++) {
    const [from, to] = [2 * (u.rows * j + i), 2 * (count * j + i)];
    const re = u.data[from]!;
    const im = u.data[from + 1]!;
    values[to]! += kinetic[i]! * re;
    values[to + 1]! += kinetic[i]! * im;
    const e = kineticError[i]! + UNIT_ROUNDOFF * kinetic[i]!;
    error2 += e * e * (re * re + im * im);
  }
  // e meets 2 roundings, its square 5, the square of the modulus 2, their product 1, and the sum
  // one for each row
  return rootAbove(inflated(error2, u.rows + 8));
}
