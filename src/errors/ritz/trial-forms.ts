import { add, ball, type Interval, interval, sub } from "../../interval/interval.ts";
import { columnNormsAbove } from "../../interval/norms.ts";
import { below } from "../../interval/rounding.ts";
import {
  type Above,
  type Below,
  exact,
  gamma,
  jointGamma,
  productAbove,
  provedBelow,
  SumAbove,
  sizeOf,
  sumAbove,
} from "../../interval/sides.ts";
import type { Applied } from "../apply/apply-enclosed.ts";
import type { TrialPanel } from "../apply/trial-panel.ts";
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
 * What upper bounds need of trial vectors U (any doubles) and numbers θ: with residuals R = HU −
 * Uθ,
 *
 *   S = UᴴU,   Z = UᴴR      so that UᴴHU = Sθ + Z.
 */
export interface RitzForms {
  readonly theta: readonly number[];
  readonly overlap: IntervalMatrix;
  readonly projected: IntervalMatrix;
}

/** What lower bounds need as well: K = RᴴR. */
export interface TrialForms extends RitzForms {
  /** K in the Loewner sense from above: what lies outside the set enters by its size. */
  readonly residual: IntervalMatrix;
}

/** The residuals as they were computed, and bounds of what they are off by, a column each. */
interface Residuals {
  /** fl(HU − Uθ) on the set [set × m]. */
  readonly values: Float64Array;
  /** ‖values‖₂. */
  readonly sizes: readonly Above[];
  /** ‖R_set − values‖₂. */
  readonly errors: readonly Above[];
  /** ‖u‖₂. */
  readonly norms: readonly Above[];
}

function enclosedResiduals(
  u: TrialPanel,
  count: number,
  theta: readonly number[],
  applied: Pick<Applied, "values" | "errors">,
): Residuals {
  const { rows, columns: m, data } = u;
  const values = trialResiduals(u, count, theta, applied);
  const norms = columnNormsAbove(data, rows, m);
  const sizes = columnNormsAbove(values, count, m);
  const errors = theta.map((t, j) => {
    // fl(x − θu): one rounding of the product, one of the difference
    const rounded = sumAbove(sizes[j]!, productAbove(sizeOf(t), norms[j]!));
    return sumAbove(applied.errors[j]!, productAbove(gamma(1), rounded));
  });
  return { values, sizes, errors, norms };
}

/** S and Z with all that rounding can have done to them; what lies outside the set has no part. */
export const ritzForms = (
  u: TrialPanel,
  count: number,
  theta: readonly number[],
  applied: Pick<Applied, "values" | "errors">,
): RitzForms => ritzFormsOf(u, count, theta, enclosedResiduals(u, count, theta, applied));

function ritzFormsOf(
  { rows, columns: m, data }: TrialPanel,
  count: number,
  theta: readonly number[],
  { values, sizes, errors, norms }: Residuals,
): RitzForms {
  const gammaU = dotGamma(rows);
  return {
    theta,
    overlap: hermitianMatrix(m, (i, j) => accurateOverlap(rows, data, rows * i, data, rows * j)),
    projected: intervalMatrix(m, (i, j) => {
      const rounding = productAbove(gammaU, sizes[j]!);
      const radius = productAbove(norms[i]!, sumAbove(errors[j]!, rounding));
      return withRadius(blockedDot(0, rows, data, rows * i, values, count * j), radius);
    }),
  };
}

/** S, Z and K with all that rounding and the set's finiteness can have done to them. */
export function trialForms(
  u: TrialPanel,
  count: number,
  theta: readonly number[],
  applied: Applied,
): TrialForms {
  const residuals = enclosedResiduals(u, count, theta, applied);
  const { values, sizes, errors } = residuals;
  const m = u.columns;
  const gammaR = dotGamma(count);
  return {
    ...ritzFormsOf(u, count, theta, residuals),
    residual: hermitianMatrix(m, (i, j) => {
      const ri = sizes[i]!;
      const rj = sizes[j]!;
      const ei = errors[i]!;
      const ej = errors[j]!;
      const radius = new SumAbove()
        .addProduct(ri, ej)
        .addProduct(ei, rj)
        .addProduct(ei, ej)
        .addProduct(gammaR, productAbove(ri, rj)).value;
      const dot = blockedDot(0, count, values, count * i, values, count * j);
      const { re, im } = withRadius(dot, radius);
      if (i !== j) return { re, im };
      // ‖R_T x‖² ≤ (Σ tⱼ|xⱼ|)² ≤ m Σ tⱼ²|xⱼ|²
      const tail = productAbove(exact(m), applied.tails[j]!, applied.tails[j]!);
      return { re: add(re, interval(tail)), im };
    }),
  };
}

/** fl(HU − Uθ) on the set [count × m]. */
export function trialResiduals(
  { rows, data }: TrialPanel,
  count: number,
  theta: readonly number[],
  { values }: Pick<Applied, "values">,
): Float64Array {
  const residuals = values.slice(0, 2 * count * theta.length);
  theta.forEach((t, j) => {
    for (let i = 0; i < 2 * rows; i++) residuals[2 * count * j + i]! -= t * data[2 * rows * j + i]!;
  });
  return residuals;
}

const withRadius = ([re, im]: readonly [number, number], radius: Above): { re: Interval; im: Interval } => ({
  re: ball(re, radius),
  im: ball(im, radius),
});

/** Addends of a block: sums of a few blocks of many addends round less than one long sum. */
const DOT_BLOCK = 64;

/** √2γ of `blockedDot`: an addend meets its product, its pair, a block's sums, the blocks' sums. */
const dotGamma = (n: number): Above => jointGamma(Math.min(DOT_BLOCK, n) + Math.ceil(n / DOT_BLOCK) + 2);

/** ⟨x, y⟩ over complex positions from … to − 1, summed by blocks. */
export function blockedDot(
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
      const xr = x[2 * (x0 + i)]!;
      const xi = x[2 * (x0 + i) + 1]!;
      const yr = y[2 * (y0 + i)]!;
      const yi = y[2 * (y0 + i) + 1]!;
      r += xr * yr + xi * yi;
      s += xr * yi - xi * yr;
    }
    re += r;
    im += s;
  }
  return [re, im];
}

/** (UᴴHU, UᴴU): the pencil whose eigenvalues lie above those of H, one by one (Rayleigh, Ritz). */
export function ritzPencil({ theta, overlap, projected }: RitzForms): {
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
 * (Uᴴ(H−ρ)U, Uᴴ(H−ρ)²U), the pencil of Lehmann's bounds (docs/bounds.md, Theorem 2), from (H−ρ)U =
 * U(θ−ρ) + R:
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

/** λ ≥ ρ + 1/κ from below for κ < 0. */
// 1/κ falls with κ
export const lehmannValue = (rho: Below, kappa: Above): Below => provedBelow(below(rho + below(1 / kappa)));

/** The same for the first n vectors. */
export const leadingForms = ({ theta, overlap, projected, residual }: TrialForms, n: number): TrialForms => ({
  theta: theta.slice(0, n),
  overlap: leading(overlap, n),
  projected: leading(projected, n),
  residual: leading(residual, n),
});
