import type { Vec3 } from "../../common/vec3.ts";
import { add, interval, lowerEnd } from "../../interval/interval.ts";
import { type Below, sizeOf, totalAbove } from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { NotCertified } from "../certify/band-enclosure.ts";
import { bestDiagonal } from "../count/comparison-diagonal.ts";
import { countsAtMost, schurMatrix } from "../count/feshbach-schur.ts";
import { choleskyMargin } from "../count/positive-definite.ts";
import { type EnclosedProblem, waveSet } from "../problem/enclosed-hamiltonian.ts";
import { countBelow } from "../problem/reciprocal.ts";
import { denseEigenpairs, hermitianEigenpairs } from "../propose/dense-eigenpairs.ts";

/**
 * Guaranteed lower bounds of the lowest `nBands` eigenvalues by elimination alone (docs/bounds.md,
 * Theorem 1), one Cholesky factorisation per cluster of bands: dense work of order (plane waves
 * below `cutoff`)³, no residuals, sharp to the size of the discretisation error itself.
 *
 * F falls with μ, so F(μ) at the float eigenvalue μ of a cluster serves every a ≤ μ: H has at most
 * as many eigenvalues below a as F(μ).
 *
 * @returns bounds in ascending order of bands, or what could not be proved
 */
export function eliminationBounds(
  kernels: Kernels,
  problem: EnclosedProblem,
  k: Vec3,
  nBands: number,
  cutoff: number,
  outerCutoff: number,
): Below[] | NotCertified {
  const set = waveSet(problem, k, outerCutoff);
  const nX = countBelow(set.waves, cutoff);
  const ritz = denseEigenpairs(kernels, problem, waveSet(problem, k, cutoff));
  const diagonal = bestDiagonal(kernels, problem, set, nX);
  const bounds: Below[] = [];
  while (bounds.length < nBands) {
    const first = bounds.length;
    let top = first;
    while (top + 1 < nBands && ritz.values[top + 1]! - ritz.values[top]! < CLUSTER) top++;
    const matrix = schurMatrix(kernels, problem, set, nX, ritz.values[top]!, diagonal);
    const lowered = hermitianEigenpairs(kernels, nX, matrix.values);
    const trace = totalAbove(Array.from({ length: nX }, (_, x) => sizeOf(matrix.values[2 * (x + nX * x)]!)));
    const margin = matrix.error + choleskyMargin(nX, trace);
    const proved = [2, 8, 100]
      .map((times) => Math.min(matrix.mu, lowered.values[first]! - times * margin - 1e-13))
      .find((mu) =>
        countsAtMost(
          kernels,
          { ...matrix, mu },
          lowered.vectors,
          first,
          2 * Math.abs(mu - lowered.values[0]!) + 1,
        ),
      );
    if (proved === undefined)
      return {
        kind: "not-certified",
        reason: `the number of bands below ${lowered.values[first]} Ha could not be proved to be ${first}`,
      };
    const lower = lowerEnd(add(interval(proved), problem.table.constant));
    for (let n = first; n <= top; n++) bounds.push(lower);
  }
  return bounds;
}

/** Bands nearer than this [Ha] share a bound, the one of the lowest. */
const CLUSTER = 1e-7;
