import { invariant } from "../../common/failure.ts";
import { gamma, inflated, norm2Above, rootAbove } from "../../interval/accumulated.ts";
import { UNIT_ROUNDOFF } from "../../interval/rounding.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { EnclosedProblem, WaveSet } from "../problem/enclosed-hamiltonian.ts";
import { localProduct } from "./local-product.ts";
import { addNonlocal } from "./nonlocal-product.ts";
import { localTail } from "./outer-cutoff.ts";

/** H (without the constant) applied to vectors that live on the first rows of a set. */
export interface Applied {
  /** On all plane waves of the set: [set × m]. */
  readonly values: Float64Array;
  /** ‖(Hu)_set − values‖₂ per column, from above. */
  readonly errors: readonly number[];
  /** ‖Hu‖ outside the set per column, from above; infinite when not asked for. */
  readonly tails: readonly number[];
}

/**
 * @param rows the vectors' length: they live on the first `rows` plane waves of the set
 * @param vectors [rows × m] complex
 */
export function applyEnclosed(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  rows: number,
  m: number,
  vectors: Float64Array,
  { withTails = true }: { readonly withTails?: boolean } = {},
): Applied {
  const { waves } = set;
  const count = waves.count;
  invariant(
    set.panel.rows === count && rows <= count,
    () => `projectors on ${set.panel.rows} rows for ${count} plane waves`,
  );
  const { values, error: local } = localProduct(kernels, problem, set, rows, m, vectors);
  const norms = Array.from({ length: m }, (_, j) => norm2Above(vectors, 2 * rows * j, 2 * rows * (j + 1)));
  const kinetic = norms.map((_, j) => {
    let error2 = 0;
    for (let i = 0; i < rows; i++) {
      const [re, im] = [vectors[2 * (rows * j + i)]!, vectors[2 * (rows * j + i) + 1]!];
      values[2 * (count * j + i)]! += waves.kinetic[i]! * re;
      values[2 * (count * j + i) + 1]! += waves.kinetic[i]! * im;
      const e = waves.kineticError[i]! + 2 * UNIT_ROUNDOFF * waves.kinetic[i]!;
      error2 += e * e * (re * re + im * im);
    }
    return rootAbove(inflated(error2, rows + 8));
  });
  const nonlocal = addNonlocal(kernels, problem, set, rows, m, vectors, norms, values, withTails);
  const errors = norms.map((norm, j) => {
    const size = norm2Above(values, 2 * count * j, 2 * count * (j + 1));
    const steps = 4 * UNIT_ROUNDOFF + (set.panel.columns > 0 ? gamma(2 * set.panel.columns + 8) : 0);
    const additions =
      steps * 2 * (size + kinetic[j]! + norm * problem.table.sumBeyond(0) + nonlocal.sizes[j]!);
    return inflated(local * norm + kinetic[j]! + nonlocal.errors[j]! + additions, 16);
  });
  const tails = norms.map((_, j) =>
    withTails
      ? inflated(localTail(problem, waves, set.outsideRadius, rows, vectors, j) + nonlocal.tails[j]!, 8)
      : Infinity,
  );
  return { values, errors, tails };
}
