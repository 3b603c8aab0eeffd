import { type Eigensolver, isConverged, panelsOf, unconverged } from "./solver.ts";

/** Vectors that are searched for together. */
const TOGETHER = 5;
/** Iterations between Rayleigh-Ritz problems of all vectors. */
const APART = 5;

/** Projected preconditioned conjugate gradients: small search spaces, one for a few vectors [VYP15]. */
export const ppcg: Eigensolver = (kernels, operator, x, m, options) => {
  const { n } = operator;
  const { width } = kernels;
  const { columns, panel, square, project, orthonormalise, ritz, residuals } = panelsOf(kernels, n);
  const [v, hv, w, hw, p, hp, spare, r] = [panel(m), panel(m), panel(m), panel(m), panel(m), panel(m), panel(m), panel(m)]; // biome-ignore format: panels
  const work = { a: square(m), c: square(m) };
  const largest = 3 * TOGETHER;
  const [s, hs, t] = [panel(largest), panel(largest), panel(TOGETHER)];
  const [a, g, c] = [square(largest), square(largest), square(largest)];
  const values = kernels.alloc(m);
  const small = kernels.alloc(largest);
  const residualNorms = new Float64Array(m);
  v.set(columns(x, 0, m));
  operator.applyInto(hv, v, m);
  let applications = m;
  if (!orthonormalise(v, hv, m, work.a)) throw new Error("the start vectors depend on each other");
  ritz(v, hv, m, values, spare, work);
  residuals(r, v, hv, values, residualNorms);
  let searched = new Set<number>(); // vectors with a direction in P
  let iterations = 0;
  while (!(isConverged(residualNorms, options) && iterations > 0) && iterations < options.maxIterations) {
    const active = unconverged(residualNorms, options);
    if (active.length === 0) active.push(...residualNorms.keys());
    active.forEach((j, i) => {
      columns(w, i, 1).set(columns(r, j, 1));
      columns(hw, i, 1).set(columns(v, j, 1));
    });
    const count = active.length;
    operator.preconditionInto(columns(w, 0, count), columns(hw, 0, count), count);
    project(columns(w, 0, count), count, v, m, work.a);
    const norms = kernels.alloc(count);
    kernels.columnNorms2(norms, n, count, w);
    for (let i = 0; i < count; i++) norms[i] = 1 / Math.sqrt(norms[i]!);
    kernels.scaleColumns(n, count, norms, w);
    operator.applyInto(columns(hw, 0, count), columns(w, 0, count), count);
    applications += count;
    // P without X, and HP with it.
    kernels.gemm("C", "N", m, m, n, 1, v, n, p, n, 0, work.a, m);
    kernels.gemm("N", "N", n, m, m, -1, v, n, work.a, m, 1, p, n);
    kernels.gemm("N", "N", n, m, m, -1, hv, n, work.a, m, 1, hp, n);
    for (let from = 0; from < count; from += TOGETHER) {
      const group = active.slice(from, from + TOGETHER);
      const held = group.filter((j) => searched.has(j));
      const size = 2 * group.length + held.length;
      const put = (at: number, panel: Float64Array, of: Float64Array, j: number) => {
        columns(s, at, 1).set(columns(panel, j, 1));
        columns(hs, at, 1).set(columns(of, j, 1));
      };
      group.forEach((j, i) => {
        put(i, v, hv, j);
        put(group.length + i, w, hw, from + i);
      });
      for (const [i, j] of held.entries()) put(2 * group.length + i, p, hp, j);
      const solved = (dimension: number): boolean => {
        kernels.hermitianOverlap(dimension, n, s, n, hs, n, a, dimension);
        kernels.hermitianOverlap(dimension, n, s, n, s, n, g, dimension);
        if (!kernels.cholesky(dimension, g, dimension)) return false;
        kernels.solveTriangularRight(dimension, dimension, g, dimension, a, dimension);
        kernels.solveTriangularLeft(dimension, dimension, g, dimension, true, a, dimension);
        kernels.eigh(dimension, a, dimension, small, c, dimension);
        kernels.solveTriangularLeft(dimension, group.length, g, dimension, false, c, dimension);
        return true;
      };
      const dimension = solved(size) ? size : 2 * group.length;
      if (dimension !== size && !solved(dimension)) continue;
      for (const [space, vectors, directions] of [
        [s, v, p],
        [hs, hv, hp],
      ] as const) {
        const rest = dimension - group.length;
        kernels.gemm("N", "N", n, group.length, rest, 1, columns(space, group.length, rest), n, c.subarray(width * group.length), dimension, 0, t, n); // biome-ignore format: one call
        for (const [i, j] of group.entries()) columns(directions, j, 1).set(columns(t, i, 1));
        kernels.gemm("N", "N", n, group.length, group.length, 1, space, n, c, dimension, 1, t, n);
        for (const [i, j] of group.entries()) columns(vectors, j, 1).set(columns(t, i, 1));
      }
    }
    searched = new Set(active);
    for (let j = 0; j < m; j++)
      if (!searched.has(j)) for (const panel of [p, hp]) columns(panel, j, 1).fill(0);
    iterations++;
    if (!orthonormalise(v, hv, m, work.a)) throw new Error("the vectors depend on each other");
    if (iterations % APART === 0 || iterations === 1) {
      ritz(v, hv, m, values, spare, work);
      searched = new Set(); // directions of the vectors before
      residuals(r, v, hv, values, residualNorms);
    } else {
      // R = HX − X(XᴴHX)
      kernels.hermitianOverlap(m, n, v, n, hv, n, work.a, m);
      r.set(hv);
      kernels.gemm("N", "N", n, m, m, -1, v, n, work.a, m, 1, r, n);
      const squares = kernels.alloc(m);
      kernels.columnNorms2(squares, n, m, r);
      residualNorms.set(squares.map(Math.sqrt));
      if (isConverged(residualNorms, options)) {
        ritz(v, hv, m, values, spare, work);
        residuals(r, v, hv, values, residualNorms);
        searched = new Set();
      }
    }
  }
  x.set(columns(v, 0, m));
  const converged = isConverged(residualNorms, options);
  return { values: values.slice(), residualNorms, iterations, applications, converged };
};
