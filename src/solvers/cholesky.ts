/**
 * A = L Lᵀ of a small real symmetric positive definite matrix, in place.
 *
 * @param a row by row, n × n; the lower triangle is read and becomes L, the upper one is left alone.
 * @returns false (and a destroyed) if A is not numerically positive definite.
 */
export function cholesky(n: number, a: Float64Array): boolean {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      if (i > j) a[i * n + j] = sum / a[j * n + j]!;
      else if (sum > 0) a[j * n + j] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** x ← A⁻¹ x with the factor `l` that `cholesky` left. */
export function solveCholesky(n: number, l: Float64Array, x: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = x[i]!;
    for (let k = 0; k < i; k++) sum -= l[i * n + k]! * x[k]!;
    x[i] = sum / l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    const value = x[i]! / l[i * n + i]!;
    x[i] = value;
    for (let k = 0; k < i; k++) x[k]! -= l[i * n + k]! * value;
  }
}
