import { type FftRounding, fftRounding } from "../../../src/errors/apply/fft-rounding.ts";
import { choleskyMargin } from "../../../src/errors/count/positive-definite.ts";
import { hermitianEigenpairs } from "../../../src/errors/propose/dense-eigenpairs.ts";
import { UNIT_ROUNDOFF } from "../../../src/interval/rounding.ts";
import { exact, gamma } from "../../../src/interval/sides.ts";
import type { Fft, Kernels } from "../../../src/kernels/kernels.ts";

/** Which kernels lie: products with the given `opA`, overlaps, factorisations, transforms. */
export interface Lies {
  readonly gemm?: "N" | "C" | "all";
  readonly overlap?: boolean;
  readonly cholesky?: boolean;
  /** Products are off on the diagonal alone, and upwards: no other error lifts every eigenvalue as far. */
  readonly raised?: boolean;
  /** Transforms are too large by all that their passes may be off. */
  readonly transforms?: boolean;
}

/**
 * Kernels whose results are as wrong as their a-priori bounds allow, in the direction that makes them larger: a sum of n
 * complex products is off by √2 γ_{2n+4} Σ|x||y|, a factorisation runs to the end down to an eigenvalue of −γ̂/(1−γ̂) tr A,
 * transforms are off as Lemma 8 says. With u scaled to 2⁻²⁴ (`coarse-rounding.ts`) truth is what ordinary double precision gives.
 */
export function adversary(base: Kernels, lies: Lies): Kernels {
  /** z is moved away from zero by a distance; zero itself along the real axis. */
  const outwards = (c: Float64Array, at: number, by: number): void => {
    const size = Math.hypot(c[at]!, c[at + 1]!);
    if (size === 0) c[at] = by;
    else {
      c[at]! *= 1 + by / size;
      c[at + 1]! *= 1 + by / size;
    }
  };
  const lyingTransform = (fft: Fft): Fft => {
    const { uniform } = lawOf(fft);
    return {
      ...fft,
      inverse(out, input) {
        const by = uniform * norm1(input);
        fft.inverse(out, input);
        for (let at = 0; at < out.length; at += 2) out[at]! += by;
      },
    };
  };
  return {
    ...base,
    gemm(opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
      const before = beta === 0 ? undefined : c.slice();
      base.gemm(opA, opB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
      if (lies.gemm !== "all" && lies.gemm !== opA) return;
      const law = complexLaw(k);
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          if (lies.raised === true && i !== j) continue;
          let size = 0;
          for (let p = 0; p < k; p++) {
            const x = 2 * (opA === "N" ? i + lda * p : p + lda * i);
            const y = 2 * (opB === "N" ? p + ldb * j : j + ldb * p);
            size += Math.hypot(a[x]!, a[x + 1]!) * Math.hypot(b[y]!, b[y + 1]!);
          }
          const at = 2 * (i + ldc * j);
          const added = before === undefined ? 0 : Math.hypot(before[at]!, before[at + 1]!);
          const by = law * (Math.abs(alpha) * size + added);
          if (lies.raised === true) c[at]! += by;
          else outwards(c, at, by);
        }
    },
    hermitianOverlap(n, k, a, lda, b, ldb, c, ldc) {
      base.hermitianOverlap(n, k, a, lda, b, ldb, c, ldc);
      if (lies.overlap !== true) return;
      const law = complexLaw(k);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          let size = 0;
          for (let p = 0; p < k; p++) {
            const [x, y] = [2 * (p + lda * i), 2 * (p + ldb * j)];
            size += Math.hypot(a[x]!, a[x + 1]!) * Math.hypot(b[y]!, b[y + 1]!);
          }
          outwards(c, 2 * (i + ldc * j), -law * size); // less is eliminated
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
      for (let j = 0; j < n; j++) a[2 * (j + lda * j)] = 1; // pivots that were never computed
      return least > -0.99 * choleskyMargin(n, exact(Math.max(0, trace)));
    },
    fft(size) {
      const fft = base.fft(size);
      return lies.transforms === true ? lyingTransform(fft) : fft;
    },
    sphereFft(size, gridIndex) {
      const sphere = base.sphereFft(size, gridIndex);
      if (lies.transforms !== true) return sphere;
      const { relative } = lawOf(sphere);
      // there, the product with the potential, back, and the factor 1/N that is rounded and multiplied with
      const grown = (1 + relative) ** 2 * (1 + UNIT_ROUNDOFF) * (1 + gamma(2));
      return {
        ...sphere,
        applyPotential(out, u, v, nBands) {
          const before = out.slice();
          sphere.applyPotential(out, u, v, nBands);
          for (let i = 0; i < out.length; i++) out[i] = before[i]! + grown * (out[i]! - before[i]!);
        },
      };
    },
  };
}

/** √2 γ of 2n products and four more roundings, by itself: with that of `src` both would be wrong alike. */
const complexLaw = (n: number): number => {
  const roundings = (2 * n + 4) * UNIT_ROUNDOFF;
  return (Math.SQRT2 * roundings) / (1 - roundings);
};

const lawOf = ({ passes }: Pick<Fft, "passes">): FftRounding => {
  const law = fftRounding(passes);
  if (law === undefined) throw new Error("the transforms of the base show no passes");
  return law;
};

function norm1(x: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < x.length; at += 2) sum += Math.hypot(x[at]!, x[at + 1]!);
  return sum;
}
