/** An eigenvalue of a real matrix with its right eigenvector of length one. */
export interface Eigenpair {
  readonly re: number;
  readonly im: number;
  /** Complex, interleaved, shape [2·n]. */
  readonly vector: Float64Array;
}

/**
 * Returns all eigenpairs of a real square matrix of up to some hundred rows, by increasing real part, conjugate pairs
 * together. The decomposition is ml-matrix's: Householder reduction to Hessenberg form, then real QR iteration.
 * It is loaded by the first call, so that runs without such a matrix start sooner.
 *
 * @param rows the matrix, kept as it is.
 */
export async function generalEigenpairs(rows: readonly (readonly number[])[]): Promise<Eigenpair[]> {
  const { EigenvalueDecomposition, Matrix } = await import("ml-matrix");
  const n = rows.length;
  const decomposition = new EigenvalueDecomposition(new Matrix(rows.map((row) => row.slice())), {
    assumeSymmetric: false,
  });
  const { realEigenvalues: re, imaginaryEigenvalues: im, eigenvectorMatrix: v } = decomposition;
  const pairs = re.map((_, j): Eigenpair => {
    // Columns j and j + 1 of a conjugate pair, whose first has the positive imaginary part, hold the real and the
    // imaginary part of its vector.
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
