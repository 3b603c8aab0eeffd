import type { Fft, Kernels, SphereFft } from "../../src/kernels/kernels.ts";

/** Where the time of the kernels goes [ms]. */
export interface KernelTimes {
  fft: number;
  gemm: number;
  dense: number;
  columns: number;
}

/** The same kernels with a clock around each group of operations. A call costs about 0.1 µs more. */
export function timedKernels(kernels: Kernels): { readonly kernels: Kernels; readonly times: KernelTimes } {
  const times: KernelTimes = { fft: 0, gemm: 0, dense: 0, columns: 0 };
  const timed =
    <A extends unknown[], R>(group: keyof KernelTimes, run: (...args: A) => R) =>
    (...args: A): R => {
      const start = performance.now();
      try {
        return run(...args);
      } finally {
        times[group] += performance.now() - start;
      }
    };
  const timedFft = (fft: Fft): Fft => ({
    size: fft.size,
    forward: timed("fft", fft.forward),
    inverse: timed("fft", fft.inverse),
  });
  const timedSphere = (fft: SphereFft): SphereFft => ({
    size: fft.size,
    planeWaves: fft.planeWaves,
    sphereToGrid: timed("fft", fft.sphereToGrid),
    gridToSphere: timed("fft", fft.gridToSphere),
    applyPotential: timed("fft", fft.applyPotential),
    accumulateDensity: timed("fft", fft.accumulateDensity),
  });
  return {
    times,
    kernels: {
      ...kernels,
      fft: (size) => timedFft(kernels.fft(size)),
      sphereFft: (size, index) => timedSphere(kernels.sphereFft(size, index)),
      gemm: timed("gemm", kernels.gemm),
      hermitianOverlap: timed("gemm", kernels.hermitianOverlap),
      cholesky: timed("dense", kernels.cholesky),
      solveTriangularRight: timed("dense", kernels.solveTriangularRight),
      solveTriangularLeft: timed("dense", kernels.solveTriangularLeft),
      eigh: timed("dense", kernels.eigh),
      columnNorms2: timed("columns", kernels.columnNorms2),
      columnDots: timed("columns", kernels.columnDots),
      columnWeightedNorms2: timed("columns", kernels.columnWeightedNorms2),
      scaleColumns: timed("columns", kernels.scaleColumns),
      addScaledColumns: timed("columns", kernels.addScaledColumns),
      multiplyRows: timed("columns", kernels.multiplyRows),
      tpa: timed("columns", kernels.tpa),
    },
  };
}
