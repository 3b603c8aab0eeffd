import { inflated, norm2Above } from "../../interval/accumulated.ts";
import { add, ball, type Interval, interval, sub } from "../../interval/interval.ts";
import { above, below, UNIT_ROUNDOFF } from "../../interval/rounding.ts";
import type { Applied } from "../apply/apply-enclosed.ts";
import { complexGamma } from "../problem/projectors.ts";
import { accurateOverlap } from "./accurate-dot.ts";
import {
  adjoint,
  hermitianMatrix,
  type IntervalMatrix,
  intervalMatrix,
  leading,
  scaled,
  sum,
} from "./complex-intervals.ts";

/**
 * What two methods need of trial vectors U (any doubles) and numbers θ: with the residuals R = HU − Uθ,
 *
 *   S = UᴴU,   Z = UᴴR,   K = RᴴR      so that UᴴHU = Sθ + Z.
 */
export interface TrialForms {
  readonly theta: readonly number[];
  readonly overlap: IntervalMatrix;
  readonly projected: IntervalMatrix;
  /** K in the Loewner sense from above: what lies outside the set enters by its size. */
  readonly residual: IntervalMatrix;
}

/**
 * @param vectors [rows × m] on the first `rows` of the `count` plane waves of `applied`
 * @param plain in place of the certified forms: every radius is left out, with "outside" also the residual inside the trial space;
 *   the same formulas in plain numbers, for the split of a width, with the overlaps of the certified forms
 */
export function trialForms(
  vectors: Float64Array,
  rows: number,
  count: number,
  theta: readonly number[],
  applied: Applied,
  plain?: { readonly overlap: IntervalMatrix; readonly residual: "all" | "outside" },
): TrialForms {
  const m = theta.length;
  const isCertified = plain === undefined;
  const residuals = new Float64Array(2 * count * m);
  residuals.set(applied.values.subarray(0, 2 * count * m));
  const norms: number[] = [];
  const residualNorms: number[] = [];
  const errors: number[] = [];
  for (let j = 0; j < m; j++) {
    const size = norm2Above(applied.values, 2 * count * j, 2 * count * (j + 1));
    norms.push(norm2Above(vectors, 2 * rows * j, 2 * rows * (j + 1)));
    for (let i = 0; i < 2 * rows; i++)
      residuals[2 * count * j + i]! -= theta[j]! * vectors[2 * rows * j + i]!;
    residualNorms.push(norm2Above(residuals, 2 * count * j, 2 * count * (j + 1)));
    // fl(x − θu): one rounding of the product, one of the difference
    const rounding = 2 * UNIT_ROUNDOFF * (residualNorms[j]! + Math.abs(theta[j]!) * norms[j]!);
    errors.push(isCertified ? inflated(applied.errors[j]! + rounding + UNIT_ROUNDOFF * size, 8) : 0);
  }
  const gammaU = isCertified ? complexGamma(2 * DOT_BLOCK + rows / DOT_BLOCK + 8) : 0;
  const gammaR = isCertified ? complexGamma(2 * DOT_BLOCK + count / DOT_BLOCK + 8) : 0;
  const from = plain?.residual === "outside" ? rows : 0;
  return {
    theta,
    overlap:
      plain?.overlap ??
      hermitianMatrix(m, (i, j) => accurateOverlap(rows, vectors, rows * i, vectors, rows * j)),
    projected: intervalMatrix(m, (i, j) => {
      const radius = inflated(norms[i]! * (errors[j]! + gammaU * above(residualNorms[j]! + errors[j]!)), 8);
      return withRadius(
        blockedDot(0, rows, vectors, rows * i, residuals, count * j),
        isCertified ? radius : 0,
      );
    }),
    residual: hermitianMatrix(m, (i, j) => {
      const [ri, rj, ei, ej] = [residualNorms[i]!, residualNorms[j]!, errors[i]!, errors[j]!];
      const radius = inflated(ri * ej + ei * rj + ei * ej + gammaR * ri * rj, 8);
      const dot = blockedDot(from, count, residuals, count * i, residuals, count * j);
      const { re, im } = withRadius(dot, isCertified ? radius : 0);
      if (i !== j) return { re, im };
      // ‖R_T x‖² ≤ (Σ tⱼ|xⱼ|)² ≤ m Σ tⱼ²|xⱼ|²
      const tail = inflated(m * applied.tails[j]! * applied.tails[j]!, 4);
      return { re: add(re, interval(tail)), im };
    }),
  };
}

const withRadius = ([re, im]: readonly [number, number], radius: number): { re: Interval; im: Interval } => ({
  re: ball(re, radius),
  im: ball(im, radius),
});

const DOT_BLOCK = 64;

/** ⟨x, y⟩ over complex positions from … to − 1, summed by blocks: an addend meets 2·64 + n/64 roundings at most. */
function blockedDot(
  from: number,
  to: number,
  x: Float64Array,
  x0: number,
  y: Float64Array,
  y0: number,
): [re: number, im: number] {
  let [re, im] = [0, 0];
  for (let start = from; start < to; start += DOT_BLOCK) {
    let [r, s] = [0, 0];
    for (let i = start; i < Math.min(to, start + DOT_BLOCK); i++) {
      const [xr, xi] = [x[2 * (x0 + i)]!, x[2 * (x0 + i) + 1]!];
      const [yr, yi] = [y[2 * (y0 + i)]!, y[2 * (y0 + i) + 1]!];
      r += xr * yr + xi * yi;
      s += xr * yi - xi * yr;
    }
    re += r;
    im += s;
  }
  return [re, im];
}

/** (UᴴHU, UᴴU): the pencil whose eigenvalues lie above those of H, one by one (Rayleigh, Ritz). */
export function ritzPencil({ theta, overlap, projected }: TrialForms): {
  a: IntervalMatrix;
  b: IntervalMatrix;
} {
  const ones = theta.map(() => interval(1));
  return {
    a: sum(
      scaled(
        ones,
        overlap,
        theta.map((t) => interval(t)),
      ),
      projected,
    ),
    b: overlap,
  };
}

/**
 * (Uᴴ(H−ρ)U, Uᴴ(H−ρ)²U), the pencil of Lehmann's bounds (docs/bounds.md, Theorem 2), from (H−ρ)U = U(θ−ρ) + R:
 *
 *   A = S(θ−ρ) + Z,   B = (θ−ρ)S(θ−ρ) + (θ−ρ)Z + Zᴴ(θ−ρ) + K
 */
export function lehmannPencil(
  { theta, overlap, projected, residual }: TrialForms,
  rho: number,
): { a: IntervalMatrix; b: IntervalMatrix } {
  const ones = theta.map(() => interval(1));
  const shifted = theta.map((t) => sub(interval(t), interval(rho)));
  const mixed = scaled(shifted, projected, ones);
  const square = scaled(shifted, overlap, shifted);
  return {
    a: sum(scaled(ones, overlap, shifted), projected),
    b: sum(sum(square, sum(mixed, adjoint(mixed))), residual),
  };
}

/** A number below λ, given λ ≥ ρ + 1/κ′ for some κ′ ≤ κ < 0. */
export const lehmannValue = (rho: number, kappa: number): number => below(rho + below(1 / kappa));

/** The same for the first n vectors. */
export const leadingForms = ({ theta, overlap, projected, residual }: TrialForms, n: number): TrialForms => ({
  theta: theta.slice(0, n),
  overlap: leading(overlap, n),
  projected: leading(projected, n),
  residual: leading(residual, n),
});
