import type { Arithmetic, Fft, Kernels, Products, SphereFft } from "./kernels.ts";

/** Kinds of work of the kernels: transforms, products of panels, their Cholesky QR, and so on. */
export const WORK_KINDS = [
  "transforms",
  "products",
  "orthogonalisation",
  "eigenproblems",
  "preconditioner",
  "columns",
] as const;
export type WorkKind = (typeof WORK_KINDS)[number];

/** Work of one kind. */
export interface Work {
  /** Wall time [s]. */
  readonly seconds: number;
  /** Floating-point operations of transforms and products; 0 for the other kinds. */
  readonly operations: number;
}
export type WorkOf<K extends string> = Readonly<Record<K, Work>>;
export type KernelWork = WorkOf<WorkKind>;

export const noWork = (): KernelWork => eachKind();

/** Returns a + factor·b of each name. */
export const addedWork = <K extends string>(a: WorkOf<K>, b: WorkOf<K>, factor = 1): WorkOf<K> =>
  Object.fromEntries(
    (Object.keys(a) as K[]).map((name) => [
      name,
      {
        seconds: a[name].seconds + factor * b[name].seconds,
        operations: a[name].operations + factor * b[name].operations,
      },
    ]),
  ) as WorkOf<K>;

type Running = { -readonly [K in keyof Work]: Work[K] };
const eachKind = (): Record<WorkKind, Running> => ({
  transforms: { seconds: 0, operations: 0 },
  products: { seconds: 0, operations: 0 },
  orthogonalisation: { seconds: 0, operations: 0 },
  eigenproblems: { seconds: 0, operations: 0 },
  preconditioner: { seconds: 0, operations: 0 },
  columns: { seconds: 0, operations: 0 },
});

/** Operations per second of a large product of real matrices, the most that these kernels reach. */
export function largestRate({ real }: Kernels): number {
  const n = 384;
  return real.scratch((take) => {
    const [a, b, c] = [take(n * n).fill(0.5), take(n * n).fill(0.5), take(n * n)];
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 8; round++) {
      const start = performance.now();
      real.gemm("N", "N", n, n, n, 1, a, n, b, n, 0, c, n);
      least = Math.min(least, performance.now() - start);
    }
    return (2 * n ** 3) / (least / 1000);
  });
}

/** The same kernels with a clock on each call, which costs about 0.1 µs. */
export interface CountedKernels extends Kernels {
  /** Returns the work so far. */
  work(): KernelWork;
}

/**
 * Counts the work of kernels. A transform of N points counts as 5 N log₂ N operations, pruned or
 * not; a product of complex numbers counts four times as many as one of real ones.
 */
export function countedKernels(kernels: Kernels): CountedKernels {
  const spent = eachKind();
  /** The same function on the clock of a kind; `count` returns its operations. */
  const on = <A extends unknown[], R>(
    kind: WorkKind,
    run: (...args: A) => R,
    count: (...args: A) => number = () => 0,
  ): ((...args: A) => R) => {
    const work = spent[kind];
    return (...args) => {
      const start = performance.now();
      const result = run(...args);
      work.seconds += (performance.now() - start) / 1000;
      work.operations += count(...args);
      return result;
    };
  };
  const transform = ([nx, ny, nz]: readonly number[]): number => {
    const points = nx! * ny! * nz!;
    return 5 * points * Math.log2(points);
  };
  const fft = (plan: Fft): Fft => {
    const one = () => transform(plan.size);
    return {
      ...plan,
      forward: on("transforms", plan.forward, one),
      inverse: on("transforms", plan.inverse, one),
    };
  };
  const sphereFft = (plan: SphereFft): SphereFft => {
    const one = transform(plan.size);
    return {
      ...plan,
      sphereToGrid: on("transforms", plan.sphereToGrid, () => one),
      gridToSphere: on("transforms", plan.gridToSphere, () => one),
      applyPotential: on("transforms", plan.applyPotential, (_h, _psi, _v, nBands) => 2 * nBands * one),
      ...(plan.realPotential && {
        realPotential: (form) =>
          on("transforms", plan.realPotential!(form), (_h, _psi, _v, nBands) => nBands * one),
      }),
      accumulateDensity: on("transforms", plan.accumulateDensity, (_rho, _psi, _w, nBands) => nBands * one),
    };
  };
  const arithmetic = <K extends Arithmetic>(of: K): K => {
    const factor = of.width === 2 ? 4 : 1;
    const products = ({ gemm, hermitianOverlap }: Products): Products => ({
      gemm: on("products", gemm, (_a, _b, m, n, k) => 2 * factor * m * n * k),
      hermitianOverlap: on("products", hermitianOverlap, (n, k) => factor * n * (n + 1) * k),
    });
    return {
      ...of,
      ...products(of),
      ...(of.single === undefined ? {} : { single: products(of.single) }),
      cholesky: on("orthogonalisation", of.cholesky),
      solveTriangularRight: on("orthogonalisation", of.solveTriangularRight),
      solveTriangularLeft: on("eigenproblems", of.solveTriangularLeft),
      eigh: on("eigenproblems", of.eigh),
      tpa: on("preconditioner", of.tpa),
      columnNorms2: on("columns", of.columnNorms2),
      columnDots: on("columns", of.columnDots),
      columnWeightedNorms2: on("columns", of.columnWeightedNorms2),
      scaleColumns: on("columns", of.scaleColumns),
      addScaledColumns: on("columns", of.addScaledColumns),
      multiplyRows: on("columns", of.multiplyRows),
    };
  };
  return {
    ...arithmetic(kernels),
    real: arithmetic(kernels.real),
    fft: (size) => fft(kernels.fft(size)),
    sphereFft: (...wanted) => sphereFft(kernels.sphereFft(...wanted)),
    work: () => addedWork(noWork(), spent),
  };
}
