import { dotReal } from "./fields.ts";

/** Solution of min ‖A c − b‖₂ with few long columns. */
export interface Fit {
  readonly coefficients: number[];
  /** 2-norm condition number of A, Infinity if A is rank-deficient. */
  readonly condition: number;
}

/** Rows treated at a time: five columns of a piece fit into the second-level cache. */
const PIECE = 4096;

/** Projections that leave less of a vector's length are repeated; at most one digit is lost. */
const KEPT = 0.1;

/**
 * Solves least squares by Gram-Schmidt, A = Q R, R c = Qᵀ b. Projections that cancel are repeated:
 * twice makes Q orthogonal to rounding [GLRE05]. The condition number is that of R.
 *
 * @param columns overwritten by Q.
 */
export function leastSquares(columns: readonly Float64Array[], b: Float64Array): Fit {
  const n = columns.length;
  const r = Array.from({ length: n }, () => new Float64Array(n));
  const coefficients = new Array<number>(n).fill(0);
  for (let j = 0; j < n; j++) {
    const q = columns[j]!;
    const overlaps = orthogonalize(columns, j, q);
    for (let i = 0; i < j; i++) r[i]![j] = overlaps[i]!;
    const norm = Math.sqrt(dotReal(q, q));
    if (!(norm > 0)) return { coefficients, condition: Number.POSITIVE_INFINITY };
    r[j]![j] = norm;
    for (let k = 0; k < q.length; k++) q[k]! /= norm;
  }
  const projections = orthogonalize(columns, n, b.slice());
  for (let i = n - 1; i >= 0; i--) {
    let sum = projections[i]!;
    for (let j = i + 1; j < n; j++) sum -= r[i]![j]! * coefficients[j]!;
    coefficients[i] = sum / r[i]![i]!;
  }
  const singular = singularValues(r);
  return { coefficients, condition: singular.length === 0 ? 1 : singular[0]! / singular.at(-1)! };
}

/**
 * x ← x − Q Qᵀ x for the first n columns; returns Qᵀ x. A projection that removes nearly all of x
 * is repeated, because its rounding errors have components in the span of Q.
 */
export function orthogonalize(columns: readonly Float64Array[], n: number, x: Float64Array): Float64Array {
  const overlaps = new Float64Array(n);
  if (n === 0) return overlaps;
  const before = dotReal(x, x);
  project(overlaps, columns, x);
  if (dotReal(x, x) > KEPT ** 2 * before) return overlaps;
  const again = new Float64Array(n);
  project(again, columns, x);
  return overlaps.map((overlap, i) => overlap + again[i]!);
}

function project(overlaps: Float64Array, columns: readonly Float64Array[], x: Float64Array): void {
  for (let from = 0; from < x.length; from += PIECE) addOverlaps(overlaps, columns, x, from);
  subtractColumns(x, overlaps, columns);
}

/** x ← x − Σ_i factor_i qᵢ. */
export function subtractColumns(
  x: Float64Array,
  factors: Float64Array,
  columns: readonly Float64Array[],
): void {
  for (let from = 0; from < x.length; from += PIECE) subtract(x, factors, columns, from);
}

/** out_i ← out_i + qᵢᵀ x over one piece; four columns at once hide the latency of additions. */
function addOverlaps(
  out: Float64Array,
  columns: readonly Float64Array[],
  x: Float64Array,
  from: number,
): void {
  const to = Math.min(from + PIECE, x.length);
  const n = out.length;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const a = columns[i]!;
    const b = columns[i + 1]!;
    const c = columns[i + 2]!;
    const d = columns[i + 3]!;
    let sa = 0;
    let sb = 0;
    let sc = 0;
    let sd = 0;
    for (let k = from; k < to; k++) {
      const value = x[k]!;
      sa += a[k]! * value;
      sb += b[k]! * value;
      sc += c[k]! * value;
      sd += d[k]! * value;
    }
    out[i]! += sa;
    out[i + 1]! += sb;
    out[i + 2]! += sc;
    out[i + 3]! += sd;
  }
  for (; i < n; i++) {
    const a = columns[i]!;
    let sum = 0;
    for (let k = from; k < to; k++) sum += a[k]! * x[k]!;
    out[i]! += sum;
  }
}

/** x ← x − Σ_i factor_i qᵢ over one piece. */
function subtract(
  x: Float64Array,
  factors: Float64Array,
  columns: readonly Float64Array[],
  from: number,
): void {
  const to = Math.min(from + PIECE, x.length);
  const n = factors.length;
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const a = columns[i]!;
    const b = columns[i + 1]!;
    const c = columns[i + 2]!;
    const d = columns[i + 3]!;
    const fa = factors[i]!;
    const fb = factors[i + 1]!;
    const fc = factors[i + 2]!;
    const fd = factors[i + 3]!;
    for (let k = from; k < to; k++) x[k]! -= fa * a[k]! + fb * b[k]! + (fc * c[k]! + fd * d[k]!);
  }
  for (; i < n; i++) {
    const a = columns[i]!;
    const factor = factors[i]!;
    for (let k = from; k < to; k++) x[k]! -= factor * a[k]!;
  }
}

/** Returns singular values of a small square matrix, descending, by Jacobi rotations of rows. */
export function singularValues(matrix: readonly Float64Array[]): number[] {
  const rows = matrix.map((row) => row.slice());
  for (let sweep = 0; sweep < 60; sweep++) {
    let largest = 0;
    for (let p = 0; p < rows.length; p++)
      for (let q = p + 1; q < rows.length; q++) {
        const a = rows[p]!;
        const b = rows[q]!;
        const [aa, bb, ab] = [dotReal(a, a), dotReal(b, b), dotReal(a, b)];
        const size = Math.abs(ab) / Math.sqrt(aa * bb);
        if (!(size > 1e-15)) continue;
        largest = Math.max(largest, size);
        const zeta = (bb - aa) / (2 * ab);
        const t = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const c = 1 / Math.hypot(1, t);
        for (let k = 0; k < a.length; k++) {
          const x = a[k]!;
          const y = b[k]!;
          a[k] = c * (x - t * y);
          b[k] = c * (t * x + y);
        }
      }
    if (largest === 0) break;
  }
  return rows.map((row) => Math.sqrt(dotReal(row, row))).sort((a, b) => b - a);
}
