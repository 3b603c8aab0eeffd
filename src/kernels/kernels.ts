/**
 * All time-critical operations of a plane-wave calculation, implemented by each back end.
 *
 * Arrays. Complex numbers are interleaved, re = z[2i], im = z[2i+1]. Matrices are column-major,
 * leading dimensions count complex elements. A panel of bands is an n × nBands matrix: one band is
 * contiguous. Grids are x fastest: point (x, y, z) of an [nx, ny, nz] grid is x + nx·(y + ny·z).
 *
 * Ownership. Every array passed to a kernel must come from `alloc` or `scratch` of the same
 * instance, or be a `subarray` of such an array: back ends may address it by its byte offset in one
 * linear memory. No kernel keeps an argument. Unless said otherwise `out` arrays do not alias
 * inputs. All calls are synchronous; each thread owns an instance.
 */
export interface Kernels extends Arithmetic {
  readonly width: 2;
  /** The same operations on real numbers, in the same memory. */
  readonly real: Arithmetic;
  readonly backend: BackendName;
  /** Features of the back end on this machine, for `stillwave info` and result files. */
  readonly features: { readonly simd: boolean; readonly fma: boolean; readonly library?: string };

  /** Returns the bytes held now, the most held so far, and the most that this instance can hold. */
  memory(): { readonly held: number; readonly peak: number; readonly most: number };

  /** Plans transforms on a grid; sizes are products of 2, 3, 5, 7, 11 and 13. */
  fft(size: GridSize): Fft;
  /**
   * Plans transforms between plane waves, at distinct grid points (flat indices), and the grid.
   */
  sphereFft(size: GridSize, gridIndex: Int32Array): SphereFft;
}

/** Products of matrices. */
export interface Products {
  /** C ← α op(A) op(B) + β C; op(A) is m × k, op(B) is k × n. */
  gemm(
    opA: Op,
    opB: Op,
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: Float64Array,
    lda: number,
    b: Float64Array,
    ldb: number,
    beta: number,
    c: Float64Array,
    ldc: number,
  ): void;
  /** C ← Aᴴ B (n × n) known to be Hermitian: half computed, both triangles written. A, B: k × n. */
  hermitianOverlap(
    n: number,
    k: number,
    a: Float64Array,
    lda: number,
    b: Float64Array,
    ldb: number,
    c: Float64Array,
    ldc: number,
  ): void;
}

/**
 * Dense algebra on complex or real numbers. Lengths below are for complex ones; real panels and
 * matrices hold half as many numbers, and Cᴴ is the transpose.
 */
export interface Arithmetic extends Products {
  /** Float64 numbers to an element: 2 complex (interleaved), 1 real. */
  readonly width: 1 | 2;
  /** Returns a zeroed array, 64-byte aligned, that lives as long as this instance. */
  alloc(length: number): Float64Array;
  /** Runs `body` with temporaries: `take` returns uninitialised arrays, freed at the end. */
  scratch<T>(body: (take: (length: number) => Float64Array) => T): T;
  /**
   * The same products of factors that are rounded to float32, up to twice as fast: each element is
   * in error by a few 1e-7 of the norms of the row and the column it comes from. The second factor
   * of `gemm` is not conjugated. Absent where it would not be faster.
   */
  readonly single?: Products;
  /**
   * Factorises A = Rᴴ R in place, R upper triangular: reads and overwrites the upper triangle of A,
   * zeroes the strict lower one. Returns false (A destroyed) if A is not numerically positive
   * definite.
   */
  cholesky(n: number, a: Float64Array, lda: number): boolean;
  /** X ← X R⁻¹ for an m × n panel X and upper triangular R (n × n). */
  solveTriangularRight(
    m: number,
    n: number,
    r: Float64Array,
    ldr: number,
    x: Float64Array,
    ldx: number,
  ): void;
  /** X ← R⁻¹ X (R⁻ᴴ X if `conjugateTranspose`); X is an n × m panel, R upper triangular (n × n). */
  solveTriangularLeft(
    n: number,
    m: number,
    r: Float64Array,
    ldr: number,
    conjugateTranspose: boolean,
    x: Float64Array,
    ldx: number,
  ): void;
  /**
   * Computes all eigenvalues (ascending, into `values`[n]) and orthonormal eigenvectors (columns of
   * V, n × n) of a Hermitian A (n × n, lower triangle read, destroyed).
   *
   * @throws Error if the iteration does not converge.
   */
  eigh(n: number, a: Float64Array, lda: number, values: Float64Array, v: Float64Array, ldv: number): void;

  /** out[j] ← Σᵢ |xᵢⱼ|² for the n × nBands panel x. */
  columnNorms2(out: Float64Array, n: number, nBands: number, x: Float64Array): void;
  /** out[j] ← Σᵢ conj(xᵢⱼ) yᵢⱼ, elements of the kind, for two n × nBands panels. */
  columnDots(out: Float64Array, n: number, nBands: number, x: Float64Array, y: Float64Array): void;
  /** out[j] ← Σᵢ dᵢ |xᵢⱼ|² with real weights d[n]. */
  columnWeightedNorms2(out: Float64Array, n: number, nBands: number, d: Float64Array, x: Float64Array): void;
  /** xᵢⱼ ← sⱼ xᵢⱼ, real s[nBands]. */
  scaleColumns(n: number, nBands: number, s: Float64Array, x: Float64Array): void;
  /** outᵢⱼ ← yᵢⱼ + sⱼ xᵢⱼ, real s[nBands]; out may be y or x. Residuals: y = Hψ, x = ψ, s = −ε. */
  addScaledColumns(
    out: Float64Array,
    n: number,
    nBands: number,
    y: Float64Array,
    s: Float64Array,
    x: Float64Array,
  ): void;
  /** outᵢⱼ ← dᵢ xᵢⱼ with real d[n], as for the kinetic energy. out may be x. */
  multiplyRows(out: Float64Array, n: number, nBands: number, d: Float64Array, x: Float64Array): void;
  /**
   * Applies the Teter-Payne-Allan preconditioner in place, xᵢⱼ ← K(tᵢ/sⱼ) xᵢⱼ, with kinetic
   * energies t[n] and scales s[nBands] > 0 [TPA89]:
   *
   *   K(u) = (27 + 18u + 12u² + 8u³) / (27 + 18u + 12u² + 8u³ + 16u⁴)
   */
  tpa(n: number, nBands: number, t: Float64Array, s: Float64Array, x: Float64Array): void;
}

export type BackendName = "reference" | "wasm" | "native";
export type GridSize = readonly [nx: number, ny: number, nz: number];
/** N: the matrix itself; C: its conjugate transpose. */
export type Op = "N" | "C";

/**
 * One pass of a transform along one axis, for bounds of its rounding: a small transform of blocks
 * of `radix` numbers, as in `scripts/kernels/butterfly.ts`,
 *
 *   y_{p·r+k} = w^{pk} Σ_q e^{±2πi qk/r} x_{p+qP},   w = e^{±2πi/length}, p < P = length/r.
 */
export interface FftPass {
  readonly radix: number;
  readonly length: number;
  /** Returns the factors e^{sign·i…}: (c, c, −s, s) at 4·(p·(r−1) + k−1), k = 1 … r − 1. */
  factors(sign: -1 | 1): Readonly<Float64Array>;
}

/** Unnormalised full-grid transforms: forward e^{−iGr}, inverse e^{+iGr}. `out` may be `x`. */
export interface Fft {
  readonly size: GridSize;
  /** All passes of all axes, if the program of the back end is known. */
  readonly passes?: readonly FftPass[];
  forward(out: Float64Array, x: Float64Array): void;
  inverse(out: Float64Array, x: Float64Array): void;
}

/**
 * How real coefficients a, b of two bands are complex ones c = U(a + ib): with the phase (re, im)
 * of each wave; or with the partner P ≥ G of each, c_G = (a + ib)/√2 and c_P = (a − ib)/√2, one
 * that is its own partner as it is.
 */
export type RealForm = { readonly phase: Float64Array } | { readonly partner: Int32Array };

/**
 * Transforms pruned to n plane waves: grid columns without plane waves are not transformed. With N
 * grid points sphereToGrid gives u(r) = Σ_G c_G e^{iGr}, gridToSphere c_G = (1/N) Σ_r u(r)
 * e^{−iGr}.
 */
export interface SphereFft {
  readonly size: GridSize;
  /** All passes of all axes, if the program of the back end is known; zeros may be left out. */
  readonly passes?: readonly FftPass[];
  /** Number of plane waves n. */
  readonly planeWaves: number;
  /** grid (complex, 2N) ← one band c (2n). */
  sphereToGrid(grid: Float64Array, c: Float64Array): void;
  /** c (2n) ← one grid (complex, 2N, destroyed). */
  gridToSphere(c: Float64Array, grid: Float64Array): void;
  /**
   * hpsi ← hpsi + V ψ for a panel of nBands bands, V real (N). Most time is spent here.
   *
   * @param mayRound whether numbers on the grid may be rounded to float32, up to twice as fast: a
   *   band of V ψ is then in error by a few 1e-7 of the largest |V| times its norm. Default false.
   */
  applyPotential(
    hpsi: Float64Array,
    psi: Float64Array,
    v: Float64Array,
    nBands: number,
    mayRound?: boolean,
  ): void;
  /**
   * Makes hpsi ← hpsi + Re, Im UᴴVU psi for panels of real coefficients, two bands in each
   * transform; missing where a back end has no faster way than to expand them.
   */
  realPotential?(form: RealForm): SphereFft["applyPotential"];
  /**
   * rho[s] (N) ← rho[s] + Σⱼ w[s]ⱼ |uⱼ(r)|² for nBands bands and nSets (default 1) sets of weights;
   * rho is [nSets·N], w is [nSets·nBands]. A band is transformed once for all sets, or not at all
   * if all its weights are zero.
   */
  accumulateDensity(
    rho: Float64Array,
    psi: Float64Array,
    w: Float64Array,
    nBands: number,
    nSets?: number,
  ): void;
}

/** Loops over the columns and rows of panels. */
export type ColumnKernels = Pick<
  Arithmetic,
  | "columnNorms2"
  | "columnDots"
  | "columnWeightedNorms2"
  | "scaleColumns"
  | "addScaledColumns"
  | "multiplyRows"
  | "tpa"
>;

/** Products, factors, solutions and eigenpairs of matrices in float64. */
export type DenseKernels = Pick<
  Arithmetic,
  "gemm" | "hermitianOverlap" | "cholesky" | "solveTriangularRight" | "solveTriangularLeft" | "eigh"
>;
