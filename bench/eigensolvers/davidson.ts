import { orthonormalizeAgainst } from "../../src/solvers/orthonormalize.ts";
import { type Eigensolver, isConverged, panelsOf, unconverged } from "./solver.ts";

/** Columns of the search space over those wanted, at which it is made anew from the Ritz vectors. */
const LARGEST = 4;

/** Block Davidson: the space grows by the preconditioned residuals of the Ritz vectors [Dav75]. */
export const davidson: Eigensolver = (kernels, operator, x, m, options) => {
  const { n } = operator;
  const { width } = kernels;
  const most = LARGEST * m;
  const { columns, panel, square, rotate, residuals } = panelsOf(kernels, n);
  const [v, hv, ritz, hRitz, r] = [panel(most), panel(most), panel(m), panel(m), panel(m)];
  const [a, reduced, c, scratch, gram] = [
    square(most),
    square(most),
    square(most),
    square(most),
    square(most),
  ];
  const [values, norms] = [kernels.alloc(most), kernels.alloc(most)];
  const residualNorms = new Float64Array(m);
  v.set(columns(x, 0, m));
  let size = 0;
  let added = m;
  let applications = 0;
  let iterations = 0;
  const factor = square(most);
  for (; ; iterations++) {
    const w = columns(v, size, added);
    factor.fill(0);
    for (let j = 0; j < size; j++) factor[width * (j + j * size)] = 1;
    orthonormalizeAgainst(kernels, n, { q: v, count: size, factor }, w, added, { coefficients: scratch, gram, norms }, iterations); // biome-ignore format: one call
    operator.applyInto(columns(hv, size, added), w, added);
    applications += added;
    const next = size + added;
    // The new columns of VᴴHV beside the old ones, of leading dimension `most`.
    kernels.gemm("C", "N", next, added, n, 1, v, n, columns(hv, size, added), n, 0, scratch, next);
    for (let j = 0; j < added; j++)
      for (let i = 0; i < next; i++)
        for (let k = 0; k < width; k++) {
          const value = scratch[width * (i + next * j) + k]!;
          a[width * (i + most * (size + j)) + k] = value;
          if (i < size || i > size + j) a[width * (size + j + most * i) + k] = k === 0 ? value : -value;
        }
    size = next;
    for (let j = 0; j < size; j++)
      for (let i = 0; i < width * size; i++) reduced[width * size * j + i] = a[width * most * j + i]!;
    kernels.eigh(size, reduced, size, values, c, size);
    rotate(ritz, v, size, c, m);
    rotate(hRitz, hv, size, c, m);
    residuals(r, ritz, hRitz, values, residualNorms);
    if ((isConverged(residualNorms, options) && iterations > 0) || iterations >= options.maxIterations) break;
    const active = unconverged(residualNorms, options);
    if (active.length === 0) active.push(...residualNorms.keys());
    if (size + active.length > most) {
      v.set(columns(ritz, 0, m));
      hv.set(columns(hRitz, 0, m));
      a.fill(0);
      for (let j = 0; j < m; j++) a[width * (j + most * j)] = values[j]!;
      size = m;
    }
    added = active.length;
    const [fresh, of] = [columns(v, size, added), columns(hv, size, added)];
    active.forEach((j, i) => {
      columns(fresh, i, 1).set(columns(r, j, 1));
      columns(of, i, 1).set(columns(ritz, j, 1));
    });
    operator.preconditionInto(fresh, of, added);
  }
  x.set(columns(ritz, 0, m));
  const converged = isConverged(residualNorms, options);
  return { values: values.slice(0, m), residualNorms, iterations, applications, converged };
};
