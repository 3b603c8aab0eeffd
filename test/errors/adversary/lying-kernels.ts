import { hermitianEigenpairs } from "../../../src/errors/propose/dense-eigenpairs.ts";
import { above, UNIT_ROUNDOFF } from "../../../src/interval/rounding.ts";
import { cosSinFraction } from "../../../src/interval/turns.ts";
import type { Fft, FftPass, Kernels } from "../../../src/kernels/kernels.ts";

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
      return least > -0.99 * choleskyLaw(n) * Math.max(0, trace);
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
      const grown = (1 + relative) ** 2 * (1 + UNIT_ROUNDOFF) * (1 + GAMMA_2);
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

/*
 * The laws of docs/bounds.md in plain numbers of their own: with those of `src` both would be wrong alike.
 */

/** √2 γ of 2n products and four more roundings. */
const complexLaw = (n: number): number => {
  const roundings = (2 * n + 4) * UNIT_ROUNDOFF;
  return (Math.SQRT2 * roundings) / (1 - roundings);
};

/** Lemma 5: ĝ/(1 − ĝ) of the trace, ĝ = √2 γ_{4n+36}. */
const choleskyLaw = (n: number): number => {
  const g = complexLaw(2 * n + 16);
  return g / (1 - g);
};

const GAMMA_2 = (2 * UNIT_ROUNDOFF) / (1 - 2 * UNIT_ROUNDOFF);
/** β_r/u of the small transforms that the kernels of these tests use. */
const BETA: Readonly<Record<number, number>> = { 2: 1.1, 3: 6.9, 4: 2.1, 5: 8, 6: 12.8, 7: 9.2, 8: 6.7 };

/** Lemma 8: Π (1 + ε) − 1 and Π (1 + μ) − 1 over the passes, as far upwards as its evaluation is rounded. */
export function lawOf({ passes }: Pick<Fft, "passes">): {
  readonly relative: number;
  readonly uniform: number;
} {
  if (passes === undefined) throw new Error("the transforms of the base show no passes");
  const errors = passes.map((pass) => {
    const [eta, beta] = [farthestFactor(pass), BETA[pass.radix]! * UNIT_ROUNDOFF];
    const tau = Math.SQRT2 * GAMMA_2 * (1 + eta) + eta;
    return { relative: tau + (1 + tau) * beta * Math.sqrt(pass.radix), uniform: tau + (1 + tau) * beta };
  });
  const joined = (each: readonly number[]) =>
    each.map((error) => above(1 + error)).reduce((product, factor) => above(product * factor)) - 1;
  return {
    relative: joined(errors.map(({ relative }) => relative)),
    uniform: joined(errors.map(({ uniform }) => uniform)),
  };
}

/** How far a factor of a pass may be from a number in its enclosure, the part of a pass that no formula gives. */
function farthestFactor({ radix, length, factors }: FftPass): number {
  const table = factors(1);
  let farthest = 0;
  for (let p = 0; p < length / radix; p++)
    for (let k = 1; k < radix; k++) {
      const { cos, sin } = cosSinFraction((p * k) % length, length);
      const at = 4 * (p * (radix - 1) + k - 1);
      const [c, s] = [table[at]!, table[at + 3]!];
      const off = (x: number, { lo, hi }: { lo: number; hi: number }) => Math.max(hi - x, x - lo);
      farthest = Math.max(farthest, Math.hypot(off(c, cos), off(s, sin)));
    }
  return farthest;
}

export function norm1(x: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < x.length; at += 2) sum += Math.hypot(x[at]!, x[at + 1]!);
  return sum;
}
