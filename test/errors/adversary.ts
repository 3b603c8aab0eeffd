import { choleskyMargin } from "../../src/errors/count/positive-definite.ts";
import { hermitianEigenpairs } from "../../src/errors/propose/dense-eigenpairs.ts";
import { UNIT_ROUNDOFF } from "../../src/interval/rounding.ts";
import { exact } from "../../src/interval/sides.ts";
import type { Kernels } from "../../src/kernels/kernels.ts";

/** Which kernels lie: products with the given `opA`, overlaps, factorisations, transforms. */
export interface Lies {
  readonly gemm?: "N" | "C" | "all";
  readonly overlap?: boolean;
  readonly cholesky?: boolean;
  /** Products are off on the diagonal alone, and upwards: no other error lifts every eigenvalue as far. */
  readonly raised?: boolean;
  readonly potential?: boolean;
}

/**
 * Kernels whose results are as wrong as their a-priori bounds allow, in the direction that makes them larger: a sum of n
 * complex products is off by 2n u Σ(|re re| + |im im|) in its real part and likewise in the other, and a factorisation runs to
 * the end down to an eigenvalue of −γ̂/(1−γ̂) tr A. With u scaled to 2⁻²⁶ (a mock of `rounding.ts`) truth is what ordinary
 * double precision gives.
 */
export function adversary(base: Kernels, lies: Lies): Kernels {
  const outwards = (x: number, by: number): number => x + (x < 0 ? -by : by);
  const upwards = (x: number, by: number): number => x + by;
  return {
    ...base,
    gemm(opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
      const before = beta === 0 ? undefined : c.slice();
      base.gemm(opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
      if (lies.gemm !== "all" && lies.gemm !== opA) return;
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let [re, im] = [0, 0];
          for (let p = 0; p < k; p++) {
            const x = 2 * (opA === "N" ? i + lda * p : p + lda * i);
            const y = 2 * (opB === "N" ? p + ldb * j : j + ldb * p);
            re += Math.abs(a[x]! * b[y]!) + Math.abs(a[x + 1]! * b[y + 1]!);
            im += Math.abs(a[x]! * b[y + 1]!) + Math.abs(a[x + 1]! * b[y]!);
          }
          const at = 2 * (i + ldc * j);
          if (lies.raised === true && i !== j) continue;
          const sums = 2 * k * UNIT_ROUNDOFF;
          c[at] = (lies.raised === true ? upwards : outwards)(
            c[at]!,
            sums * (Math.abs(alpha) * re + Math.abs(before?.[at] ?? 0)),
          );
          c[at + 1] = outwards(c[at + 1]!, sums * (Math.abs(alpha) * im + Math.abs(before?.[at + 1] ?? 0)));
        }
    },
    hermitianOverlap(n, k, a, lda, b, ldb, c, ldc) {
      base.hermitianOverlap(n, k, a, lda, b, ldb, c, ldc);
      if (lies.overlap !== true) return;
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          let re = 0;
          for (let p = 0; p < k; p++) {
            const [x, y] = [2 * (p + lda * i), 2 * (p + ldb * j)];
            re += Math.abs(a[x]! * b[y]!) + Math.abs(a[x + 1]! * b[y + 1]!);
          }
          c[2 * (i + ldc * j)]! -= 2 * k * UNIT_ROUNDOFF * re; // less is eliminated
        }
    },
    cholesky(n, a, lda) {
      if (lies.cholesky !== true) return base.cholesky(n, a, lda);
      let trace = 0;
      const whole = new Float64Array(2 * n * n);
      for (let j = 0; j < n; j++) {
        trace += a[2 * (j + lda * j)]!;
        for (let i = 0; i <= j; i++) {
          const [re, im] = [a[2 * (i + lda * j)]!, a[2 * (i + lda * j) + 1]!];
          whole.set([re, im], 2 * (i + n * j));
          whole.set([re, -im], 2 * (j + n * i));
        }
      }
      const least = hermitianEigenpairs(base, n, whole).values[0]!;
      return least > -0.99 * choleskyMargin(n, exact(Math.max(0, trace)));
    },
    sphereFft(size, gridIndex) {
      const sphere = base.sphereFft(size, gridIndex);
      if (lies.potential !== true) return sphere;
      // one pass of the transforms is off by τ of its result: the least that any pass may cost, of the whole product
      return {
        ...sphere,
        applyPotential(out, u, v, nBands) {
          const before = out.slice();
          sphere.applyPotential(out, u, v, nBands);
          for (let i = 0; i < out.length; i++)
            out[i]! += 2 * Math.SQRT2 * UNIT_ROUNDOFF * (out[i]! - before[i]!);
        },
      };
    },
  };
}
