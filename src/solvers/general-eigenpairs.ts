import { invariant } from "../common/failure.ts";
import { type Eigenpair, hessenbergEigenpairs } from "./hessenberg.ts";

/**
 * All eigenpairs of a real square matrix, by increasing real part: Householder reflections to upper Hessenberg form
 * A = Q H Qᵀ, then those of H, turned back [GVL13 sec. 7.4].
 *
 * @param matrix columns one after the other, shape [n·n]; kept as it is.
 */
export function generalEigenpairs(matrix: Float64Array, n: number): Eigenpair[] {
  invariant(matrix.length === n * n, () => `generalEigenpairs: ${matrix.length} numbers for ${n} rows`);
  const a = matrix.slice();
  const reflectors: Float64Array[] = [];
  for (let k = 0; k < n - 2; k++) {
    const u = reflector(a.subarray(k * n, (k + 1) * n), k + 1);
    reflectors.push(u);
    // A ← (1 − 2uuᵀ) A (1 − 2uuᵀ), u zero in its first k + 1 places
    for (let j = k; j < n; j++) reflect(a.subarray(j * n, (j + 1) * n), u, k + 1);
    const image = new Float64Array(n);
    for (let j = k + 1; j < n; j++) {
      const weight = 2 * u[j]!;
      const column = a.subarray(j * n, (j + 1) * n);
      for (let i = 0; i < n; i++) image[i]! += weight * column[i]!;
    }
    for (let j = k + 1; j < n; j++) {
      const column = a.subarray(j * n, (j + 1) * n);
      for (let i = 0; i < n; i++) column[i]! -= image[i]! * u[j]!;
    }
  }
  const rows = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (i > j + 1 ? 0 : a[i + n * j]!)),
  );
  return hessenbergEigenpairs(rows).map((pair) => {
    const parts = [0, 1].map((part) => {
      const x = Float64Array.from({ length: n }, (_, i) => pair.vector[2 * i + part]!);
      for (let k = reflectors.length - 1; k >= 0; k--) reflect(x, reflectors[k]!, k + 1);
      return x;
    });
    const vector = new Float64Array(2 * n);
    for (let i = 0; i < n; i++) vector.set([parts[0]![i]!, parts[1]![i]!], 2 * i);
    return { re: pair.re, im: pair.im, vector };
  });
}

/** Unit vector u, zero before `first`, such that 1 − 2uuᵀ makes a column zero after `first`; zero where it is so already. */
function reflector(column: Float64Array, first: number): Float64Array {
  const u = new Float64Array(column.length);
  let norm2 = 0;
  for (let i = first; i < column.length; i++) norm2 += column[i]! ** 2;
  u.set(column.subarray(first), first);
  u[first]! += Math.sign(column[first]! || 1) * Math.sqrt(norm2);
  let length2 = 0;
  for (let i = first; i < u.length; i++) length2 += u[i]! ** 2;
  if (length2 === 0) return u;
  const scale = 1 / Math.sqrt(length2);
  for (let i = first; i < u.length; i++) u[i]! *= scale;
  return u;
}

function reflect(x: Float64Array, u: Float64Array, first: number): void {
  let overlap = 0;
  for (let i = first; i < x.length; i++) overlap += u[i]! * x[i]!;
  for (let i = first; i < x.length; i++) x[i]! -= 2 * overlap * u[i]!;
}
