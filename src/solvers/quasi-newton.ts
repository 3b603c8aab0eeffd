import type { Arithmetic } from "../kernels/kernels.ts";

/** Value and gradient of a function at a point. */
export interface Slope {
  readonly value: number;
  readonly gradient: Float64Array;
}

export interface QuasiNewtonOptions {
  /** Those for real numbers. */
  readonly kernels: Arithmetic;
  readonly start: Float64Array;
  /** Symmetric and positive definite, shape [n·n]; it is copied. */
  readonly hessian: Float64Array;
  /** First and largest length of a step. */
  readonly radius: number;
  readonly largestRadius: number;
  /** Differences of values below this are rounding; gradients then decide about a step. */
  readonly noise: number;
}

/** A minimisation that is told values and gradients where it asks for them. */
export interface QuasiNewton {
  /** The best point so far. */
  readonly point: Float64Array;
  /** Begins, or begins anew, with the function's slope at `point`; the Hessian is kept. */
  begin(slope: Slope): void;
  /** Returns the point to look at next. */
  propose(): Float64Array;
  /**
   * Takes the slope at the proposed point; false where the value went up and the step is refused.
   */
  tell(slope: Slope): boolean;
}

/**
 * Smaller curvatures, relative to the model's, are raised to this: H stays positive [NW06, 18.2].
 */
const LEAST_CURVATURE = 0.2;

/**
 * Minimises a smooth function by a quasi-Newton method: each step minimises the quadratic model
 *
 *   m(d) = g·d + ½ d·H d,   |d| ≤ radius
 *
 * with H of Broyden, Fletcher, Goldfarb and Shanno [NW06, ch. 6], which learns from steps that were
 * not taken as well, and the radius follows from how well the model foretold the change [NW06, ch.
 * 4].
 */
export function quasiNewton(options: QuasiNewtonOptions): QuasiNewton {
  const { kernels, start, largestRadius, noise } = options;
  const n = start.length;
  const hessian = Float64Array.from(options.hessian);
  let point = Float64Array.from(start);
  let radius = options.radius;
  let at: Slope | undefined;
  let step = new Float64Array(n);
  const here = (): Slope => {
    if (at === undefined) throw new Error("bug: quasiNewton: propose before begin");
    return at;
  };
  return {
    get point() {
      return point;
    },
    begin(slope) {
      at = slope;
    },
    propose() {
      step = trustedStep(kernels, hessian, here().gradient, radius);
      return point.map((x, i) => x + step[i]!);
    },
    tell(slope) {
      const { value, gradient } = here();
      const image = times(hessian, step);
      const foretold = dot(gradient, step) + 0.5 * dot(step, image);
      const difference = slope.value - value;
      const trapezoid = 0.5 * (dot(gradient, step) + dot(slope.gradient, step));
      const ratio = (Math.abs(difference) > noise ? difference : trapezoid) / foretold;
      const length = Math.sqrt(dot(step, step));
      if (ratio < 0.25) radius = 0.5 * length;
      else if (ratio > 0.75 && length > 0.99 * radius) radius = Math.min(2 * radius, largestRadius);
      update(
        hessian,
        step,
        slope.gradient.map((y, i) => y - gradient[i]!),
        image,
      );
      if (!(ratio > 0)) return false;
      point = point.map((x, i) => x + step[i]!);
      at = slope;
      return true;
    },
  };
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

const times = (matrix: Float64Array, x: Float64Array): Float64Array<ArrayBuffer> =>
  x.map((_, i) => dot(matrix.subarray(i * x.length, (i + 1) * x.length), x));

/** H ← H − (H s)(H s)ᵀ/(s·H s) + r rᵀ/(s·r), r between y and H s such that s·r is positive. */
function update(hessian: Float64Array, s: Float64Array, y: Float64Array, image: Float64Array): void {
  const [sHs, sy] = [dot(s, image), dot(s, y)];
  if (!(sHs > 0)) return;
  const share = sy >= LEAST_CURVATURE * sHs ? 1 : ((1 - LEAST_CURVATURE) * sHs) / (sHs - sy);
  const r = y.map((each, i) => share * each + (1 - share) * image[i]!);
  const sr = dot(s, r);
  const n = s.length;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) hessian[i * n + j]! += (r[i]! * r[j]!) / sr - (image[i]! * image[j]!) / sHs;
}

/** Minimises the model within the radius: (H + λ) d = −g, least λ ≥ 0 with |d| ≤ radius. */
const trustedStep = (
  kernels: Arithmetic,
  hessian: Float64Array,
  gradient: Float64Array,
  radius: number,
): Float64Array<ArrayBuffer> =>
  kernels.scratch((take) => {
    const n = gradient.length;
    const [factor, d] = [take(n * n), take(n)];
    for (let shift = 0, round = 0; ; round++) {
      factor.set(hessian);
      for (let i = 0; i < n; i++) factor[i * (n + 1)]! += shift;
      if (!kernels.cholesky(n, factor, n))
        throw new Error("bug: quasiNewton: the Hessian is not positive definite");
      gradient.forEach((g, i) => {
        d[i] = -g;
      });
      kernels.solveTriangularLeft(n, 1, factor, n, true, d, n);
      kernels.solveTriangularLeft(n, 1, factor, n, false, d, n);
      const norm2 = dot(d, d);
      const length = Math.sqrt(norm2);
      if (length <= radius * 1.001 || round === 60) return Float64Array.from(d);
      // Newton's method for 1/|d(λ)| = 1/radius, which it nears from below [NW06, 4.3].
      kernels.solveTriangularLeft(n, 1, factor, n, true, d, n);
      shift += (norm2 / dot(d, d)) * (length / radius - 1);
    }
  });
