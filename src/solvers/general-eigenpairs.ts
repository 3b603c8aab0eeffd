/** An eigenvalue of a real matrix with its normalised right eigenvector. */
export interface Eigenpair {
  readonly re: number;
  readonly im: number;
  /** Complex, interleaved, shape [2·n]. */
  readonly vector: Float64Array;
}

/**
 * Returns all eigenpairs of a real square matrix of up to some hundred rows, by increasing real
 * part, conjugate pairs together. ml-matrix does it, by Householder reduction to Hessenberg form
 * and real QR iteration; it is loaded by the first call, so that other runs start sooner.
 *
 * @param rows the matrix, not changed.
 */
export async function generalEigenpairs(rows: readonly (readonly number[])[]): Promise<Eigenpair[]> {
  const { EigenvalueDecomposition, Matrix } = await import("ml-matrix");
  const n = rows.length;
  const decomposition = new EigenvalueDecomposition(new Matrix(rows.map((row) => row.slice())), {
    assumeSymmetric: false,
  });
  const { realEigenvalues: re, imaginaryEigenvalues: im, eigenvectorMatrix: v } = decomposition;
  const pairs = re.map((_, j): Eigenpair => {
    // Columns j and j + 1 hold real and imaginary part of the vector of a conjugate pair, of which
    // the eigenvalue with positive imaginary part comes first.
    const first = im[j]! < 0 ? j - 1 : j;
    const sign = Math.sign(im[j]!);
    const vector = new Float64Array(2 * n);
    for (let i = 0; i < n; i++) {
      vector[2 * i] = v.get(i, first);
      if (sign !== 0) vector[2 * i + 1] = sign * v.get(i, first + 1);
    }
    const norm = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
    return { re: re[j]!, im: im[j]!, vector: vector.map((x) => x / norm) };
  });
  return pairs.sort((a, b) => a.re - b.re || a.im - b.im);
}
