import { dotReal } from "./fields.ts";

/** Solution of min ‖A c − b‖₂ with few long columns. */
export interface Fit {
  readonly coefficients: number[];
  /** 2-norm condition number of A, Infinity if its rank is not full. */
  readonly condition: number;
}

/**
 * Least squares by modified Gram-Schmidt with reorthogonalisation, A = Q R, R c = Qᵀ b; the condition number is that of R.
 *
 * @param columns overwritten by Q.
 */
export function leastSquares(columns: readonly Float64Array[], b: Float64Array): Fit {
  const n = columns.length;
  const r = Array.from({ length: n }, () => new Float64Array(n));
  const coefficients = new Array<number>(n).fill(0);
  for (let j = 0; j < n; j++) {
    const q = columns[j]!;
    for (let pass = 0; pass < 2; pass++)
      for (let i = 0; i < j; i++) {
        const overlap = dotReal(columns[i]!, q);
        r[i]![j]! += overlap;
        for (let k = 0; k < q.length; k++) q[k]! -= overlap * columns[i]![k]!;
      }
    const norm = Math.sqrt(dotReal(q, q));
    if (!(norm > 0)) return { coefficients, condition: Number.POSITIVE_INFINITY };
    r[j]![j] = norm;
    for (let k = 0; k < q.length; k++) q[k]! /= norm;
  }
  // Orthogonal columns: project b step by step, as modified Gram-Schmidt would treat one more column.
  const rest = Float64Array.from(b);
  const projections = columns.map((q) => {
    const overlap = dotReal(q, rest);
    for (let k = 0; k < rest.length; k++) rest[k]! -= overlap * q[k]!;
    return overlap;
  });
  for (let i = n - 1; i >= 0; i--) {
    let sum = projections[i]!;
    for (let j = i + 1; j < n; j++) sum -= r[i]![j]! * coefficients[j]!;
    coefficients[i] = sum / r[i]![i]!;
  }
  const singular = singularValues(r);
  return { coefficients, condition: singular.length === 0 ? 1 : singular[0]! / singular.at(-1)! };
}

/** Singular values of a small square matrix (array of rows), descending, by one-sided Jacobi rotations of its rows. */
export function singularValues(matrix: readonly Float64Array[]): number[] {
  const rows = matrix.map((row) => row.slice());
  for (let sweep = 0; sweep < 60; sweep++) {
    let largest = 0;
    for (let p = 0; p < rows.length; p++)
      for (let q = p + 1; q < rows.length; q++) {
        const [a, b] = [rows[p]!, rows[q]!];
        const [aa, bb, ab] = [dotReal(a, a), dotReal(b, b), dotReal(a, b)];
        const size = Math.abs(ab) / Math.sqrt(aa * bb);
        if (!(size > 1e-15)) continue;
        largest = Math.max(largest, size);
        const zeta = (bb - aa) / (2 * ab);
        const t = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        for (let k = 0; k < a.length; k++) {
          const [x, y] = [a[k]!, b[k]!];
          a[k] = c * (x - t * y);
          b[k] = c * (t * x + y);
        }
      }
    if (largest === 0) break;
  }
  return rows.map((row) => Math.sqrt(dotReal(row, row))).sort((a, b) => b - a);
}
