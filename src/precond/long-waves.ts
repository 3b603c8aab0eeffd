import { invariant } from "../common/failure.ts";
import type { ReadonlyFourierField } from "../kernels/fields.ts";
import type { ResponseSpace } from "./response-space.ts";

/** Waves screened less than this at the mean density of states are left to the iteration. */
const WEAKEST = 0.5;

/**
 * The operator 1 + v^{½}(−χ̃₀)v^{½} of `susceptibility.ts` as a factorised matrix on the most
 * screened waves:
 *
 *   B(G, G′) = (1 + e(G)) δ + √v D(G − G′) √v′ − d d′* / D(0),   d = √v D(G)
 *
 * D(G) are the coefficients of the density of states on the coarse grid, so that products alias as
 * they do there. Where D varies over the cell, as between metal and vacuum, long waves couple so
 * strongly that a diagonal is a poor approximation; with B on these waves the number of iterations
 * no longer grows with the length of the cell.
 */
export interface LongWaves {
  /**
   * Factorises B; with fewer than two pairs of screened waves it stays empty.
   *
   * @param states D(G) on the coarse grid [Ha⁻¹ bohr⁻³]; undefined for no states.
   * @param extra e, further diagonal terms of the operator, shape [M].
   */
  load(states: ReadonlyFourierField | undefined, extra: ArrayLike<number>): void;
  /** Writes B⁻¹ x to the long waves of `out`, shape [2M]; other waves are unchanged. */
  solve(out: Float64Array, x: Float64Array): void;
}

export function longWaves({
  coarse,
  onCoarse,
  root,
  coulomb,
  longest,
  differences,
}: ResponseSpace): LongWaves {
  const { kernels } = coarse;
  const most = longest.length;
  const factor = kernels.alloc(2 * most * most);
  const part = kernels.alloc(2 * most);
  const level = new Float64Array(2 * most);
  let n = 0;
  return {
    load(states, extra) {
      n = 0;
      if (states === undefined) return;
      const mean = states[0]!;
      while (n < most && coulomb[longest[n]!]! * mean > WEAKEST) n++;
      if (n < 4) n = 0;
      if (n === 0) return;
      for (let j = 0; j < n; j++) {
        const wave = longest[j]!;
        const own = 2 * onCoarse.index[wave]!;
        level[2 * j] = root[wave]! * states[own]!;
        level[2 * j + 1] = root[wave]! * states[own + 1]!;
        for (let i = 0; i <= j; i++) {
          const between = 2 * differences[i + most * j]!;
          const weight = root[longest[i]!]! * root[wave]!;
          const ar = level[2 * i]!;
          const ai = level[2 * i + 1]!;
          const br = level[2 * j]!;
          const bi = level[2 * j + 1]!;
          const at = 2 * (i + n * j);
          factor[at] = weight * states[between]! - (ar * br + ai * bi) / mean;
          factor[at + 1] = weight * states[between + 1]! - (ai * br - ar * bi) / mean;
        }
        factor[2 * (j + n * j)]! += 1 + extra[wave]!;
      }
      // The exact operator is at least one.
      invariant(kernels.cholesky(n, factor, n), () => `the screening of ${n} long waves is not positive`);
    },
    solve(out, x) {
      if (n === 0) return;
      for (let j = 0; j < n; j++) {
        part[2 * j] = x[2 * longest[j]!]!;
        part[2 * j + 1] = x[2 * longest[j]! + 1]!;
      }
      kernels.solveTriangularLeft(n, 1, factor, n, true, part, n);
      kernels.solveTriangularLeft(n, 1, factor, n, false, part, n);
      for (let j = 0; j < n; j++) {
        out[2 * longest[j]!] = part[2 * j]!;
        out[2 * longest[j]! + 1] = part[2 * j + 1]!;
      }
    },
  };
}
