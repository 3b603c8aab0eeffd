import { random } from "../../src/common/random.ts";
import type { Arithmetic } from "../../src/kernels/kernels.ts";
import type { HermitianOperator } from "../../src/solvers/lobpcg.ts";
import { type Eigensolver, isConverged, panelsOf } from "./solver.ts";

/** Degree of the polynomial, the usual one. */
const DEGREE = 8;
/** Lanczos steps for the upper end of the spectrum. */
const LANCZOS = 8;

/** Subspace iteration filtered by Chebyshev polynomials of H, without a preconditioner [ZSTC06]. */
export const chebyshev: Eigensolver = (kernels, operator, x, m, options) => {
  const { n } = operator;
  const { columns, panel, square, orthonormalise, ritz, residuals } = panelsOf(kernels, n);
  const [v, hv, spare, r] = [panel(m), panel(m), panel(m), panel(m)];
  const work = { a: square(m), c: square(m) };
  const values = kernels.alloc(m);
  const residualNorms = new Float64Array(m);
  const factors = kernels.alloc(m);
  v.set(columns(x, 0, m));
  let applications = LANCZOS;
  const top = largest(kernels, operator);
  const rayleighRitz = () => {
    operator.applyInto(hv, v, m);
    applications += m;
    if (!orthonormalise(v, hv, m, work.a)) throw new Error("the filtered vectors depend on each other");
    ritz(v, hv, m, values, spare, work);
    residuals(r, v, hv, values, residualNorms);
  };
  rayleighRitz();
  let iterations = 0;
  while (!(isConverged(residualNorms, options) && iterations > 0) && iterations < options.maxIterations) {
    // The highest Ritz value and the top of the spectrum are mapped to [−1, 1].
    const [low, aimed] = [values[m - 1]!, values[0]!];
    const [half, centre] = [(top - low) / 2, (top + low) / 2];
    let sigma = half / (aimed - centre);
    const first = sigma;
    /** out ← factor (H − centre) y − other·out */
    const next = (out: Float64Array, y: Float64Array, factor: number, other: number) => {
      operator.applyInto(r, y, m);
      applications += m;
      factors.fill(-centre);
      kernels.addScaledColumns(r, n, m, r, factors, y);
      factors.fill(factor);
      kernels.scaleColumns(n, m, factors, r);
      if (other === 0) out.set(r);
      else {
        factors.fill(-other);
        kernels.addScaledColumns(out, n, m, r, factors, out);
      }
    };
    let [before, now] = [v, spare];
    next(now, before, sigma / half, 0);
    for (let k = 2; k <= DEGREE; k++) {
      const following = 1 / (2 / first - sigma);
      next(before, now, (2 * following) / half, sigma * following);
      [before, now] = [now, before];
      sigma = following;
    }
    if (now !== v) v.set(now);
    rayleighRitz();
    iterations++;
  }
  x.set(columns(v, 0, m));
  const converged = isConverged(residualNorms, options);
  return { values: values.slice(), residualNorms, iterations, applications, converged };
};

/** Upper end of the spectrum: the largest Ritz value of a few Lanczos steps and its residual. */
function largest(kernels: Arithmetic, operator: HermitianOperator): number {
  const { n } = operator;
  const { width } = kernels;
  const stream = random(1);
  const [v, before, w, dots] = [kernels.alloc(width * n), kernels.alloc(width * n), kernels.alloc(width * n), kernels.alloc(2)]; // biome-ignore format: four arrays
  for (let i = 0; i < v.length; i++) v[i] = stream.normal();
  const norm = (y: Float64Array) => {
    kernels.columnNorms2(dots, n, 1, y);
    return Math.sqrt(dots[0]!);
  };
  const t = kernels.alloc(width * LANCZOS * LANCZOS);
  let beta = 0;
  const start = norm(v);
  for (let i = 0; i < v.length; i++) v[i]! /= start;
  for (let k = 0; k < LANCZOS; k++) {
    operator.applyInto(w, v, 1);
    kernels.columnDots(dots, n, 1, v, w);
    const alpha = dots[0]!;
    for (let i = 0; i < w.length; i++) w[i]! -= alpha * v[i]! + beta * before[i]!;
    t[width * (k + k * LANCZOS)] = alpha;
    beta = norm(w);
    if (k + 1 < LANCZOS) t[width * (k + 1 + k * LANCZOS)] = t[width * (k + (k + 1) * LANCZOS)] = beta;
    before.set(v);
    for (let i = 0; i < w.length; i++) v[i] = w[i]! / beta;
  }
  const [values, vectors] = [kernels.alloc(LANCZOS), kernels.alloc(width * LANCZOS * LANCZOS)];
  kernels.eigh(LANCZOS, t, LANCZOS, values, vectors, LANCZOS);
  return values[LANCZOS - 1]! + beta;
}
