/** Byte address in the linear memory. */
export type Pointer = number;

/** Exports of the compiled kernels; leading dimensions count complex numbers. */
export interface KernelExports extends DenseExports {
  transformGrid(
    px: Pointer,
    py: Pointer,
    pz: Pointer,
    sign: -1 | 1,
    out: Pointer,
    x: Pointer,
    work: Pointer,
  ): void;
  sphereToGrid(plan: Pointer, grid: Pointer, c: Pointer, work: Pointer): void;
  gridToSphere(plan: Pointer, c: Pointer, grid: Pointer, work: Pointer): void;
  applyPotential(
    plan: Pointer,
    hpsi: Pointer,
    psi: Pointer,
    v: Pointer,
    bandBytes: number,
    nBands: number,
    work: Pointer,
  ): void;
  applyRealPotential(
    plan: Pointer,
    form: Pointer,
    isPhase: boolean,
    n: number,
    hpsi: Pointer,
    psi: Pointer,
    v: Pointer,
    nBands: number,
    work: Pointer,
  ): void;
  /** The same with numbers of float32 on the grid; plans are those for them. */
  applySinglePotential(
    plan: Pointer,
    n: number,
    hpsi: Pointer,
    psi: Pointer,
    v: Pointer,
    nBands: number,
    work: Pointer,
  ): void;
  applySingleRealPotential: KernelExports["applyRealPotential"];
  accumulateDensity(
    plan: Pointer,
    rho: Pointer,
    psi: Pointer,
    w: Pointer,
    setLength: number,
    bandBytes: number,
    nBands: number,
    nSets: number,
    work: Pointer,
  ): void;
  /** ordered ← grid if `toPlan`, else grid ← grid + ordered. */
  permuteReal(plan: Pointer, ordered: Pointer, grid: Pointer, toPlan: boolean): void;
  /** Whether the last iteration of `eighRotate` converged: 0 for false. */
  isIterated(work: Pointer): number;
  allPositive(n: number, s: Pointer): number;
  /** to (float32, without gaps) ← columns of `length` numbers of x. */
  roundColumns(length: number, columns: number, x: Pointer, ldx: number, to: Pointer): void;
  /** c ← x (float32, without gaps) + βc. */
  addRounded(length: number, columns: number, x: Pointer, beta: number, c: Pointer, ldc: number): void;
  realGemmWork: DenseExports["gemmWork"];
  realSingleGemm: DenseExports["gemm"];
  realSingleOverlap: DenseExports["hermitianOverlap"];
  realGemm: DenseExports["gemm"];
  symmetricOverlap: DenseExports["hermitianOverlap"];
  realCholesky: DenseExports["cholesky"];
  realSolveTriangularLeft: DenseExports["solveTriangularLeft"];
  realSolveTriangularRight: DenseExports["solveTriangularRight"];
  realEighWork: DenseExports["eighWork"];
  realEighOwnWork: DenseExports["eighOwnWork"];
  realEighReduce: DenseExports["eighReduce"];
  realEigh: DenseExports["eigh"];
  realColumnDots: DenseExports["columnDots"];
  realColumnWeightedNorms2: DenseExports["columnWeightedNorms2"];
  realScaleColumns: DenseExports["scaleColumns"];
  realAddScaledColumns: DenseExports["addScaledColumns"];
  realMultiplyRows: DenseExports["multiplyRows"];
  realTpa: DenseExports["tpa"];
}

/** Dense algebra on complex or on real numbers, which leading dimensions count. */
export interface DenseExports {
  /** Returns the bytes of work memory. */
  gemmWork(m: number, n: number, k: number): number;
  gemm(
    conjugateA: boolean,
    conjugateB: boolean,
    m: number,
    n: number,
    k: number,
    alpha: number,
    a: Pointer,
    lda: number,
    b: Pointer,
    ldb: number,
    beta: number,
    c: Pointer,
    ldc: number,
    upper: boolean,
    work: Pointer,
  ): void;
  hermitianOverlap(
    first: number,
    count: number,
    k: number,
    a: Pointer,
    lda: number,
    b: Pointer,
    ldb: number,
    c: Pointer,
    ldc: number,
    work: Pointer,
  ): void;
  /** Products whose factors are rounded to float32; op(B) is B. */
  singleGemm: DenseExports["gemm"];
  singleOverlap: DenseExports["hermitianOverlap"];
  /** Returns 0 for false. */
  cholesky(n: number, a: Pointer, lda: number, work: Pointer): number;
  solveTriangularLeft(
    n: number,
    m: number,
    r: Pointer,
    ldr: number,
    conjugate: boolean,
    x: Pointer,
    ldx: number,
    work: Pointer,
  ): void;
  solveTriangularRight(
    m: number,
    n: number,
    r: Pointer,
    ldr: number,
    x: Pointer,
    ldx: number,
    work: Pointer,
  ): void;
  /** Bytes of work that all steps of an eigenproblem share. */
  eighWork(n: number): number;
  /** Bytes of work of each thread beside them. */
  eighOwnWork(n: number): number;
  /** The first step: 0 where a matrix holds infinities or NaN. */
  eighReduce(n: number, a: Pointer, lda: number, work: Pointer): number;
  /** All steps; work of both kinds. */
  eigh(n: number, a: Pointer, lda: number, values: Pointer, v: Pointer, ldv: number, work: Pointer): number;
  columnNorms2(out: Pointer, n: number, nBands: number, x: Pointer): void;
  columnDots(out: Pointer, n: number, nBands: number, x: Pointer, y: Pointer): void;
  columnWeightedNorms2(out: Pointer, n: number, nBands: number, d: Pointer, x: Pointer): void;
  scaleColumns(n: number, nBands: number, s: Pointer, x: Pointer): void;
  addScaledColumns(out: Pointer, n: number, nBands: number, y: Pointer, s: Pointer, x: Pointer): void;
  multiplyRows(out: Pointer, n: number, nBands: number, d: Pointer, x: Pointer): void;
  tpa(n: number, nBands: number, t: Pointer, s: Pointer, x: Pointer): void;
}

/** Returns the dense algebra on real numbers of a module. */
export const realExports = (wasm: KernelExports): DenseExports => ({
  gemmWork: wasm.realGemmWork,
  gemm: wasm.realGemm,
  hermitianOverlap: wasm.symmetricOverlap,
  singleGemm: wasm.realSingleGemm,
  singleOverlap: wasm.realSingleOverlap,
  cholesky: wasm.realCholesky,
  solveTriangularLeft: wasm.realSolveTriangularLeft,
  solveTriangularRight: wasm.realSolveTriangularRight,
  eighWork: wasm.realEighWork,
  eighOwnWork: wasm.realEighOwnWork,
  eighReduce: wasm.realEighReduce,
  eigh: wasm.realEigh,
  columnNorms2: (out, n, nBands, x) => wasm.realColumnDots(out, n, nBands, x, x),
  columnDots: wasm.realColumnDots,
  columnWeightedNorms2: wasm.realColumnWeightedNorms2,
  scaleColumns: wasm.realScaleColumns,
  addScaledColumns: wasm.realAddScaledColumns,
  multiplyRows: wasm.realMultiplyRows,
  tpa: wasm.realTpa,
});
