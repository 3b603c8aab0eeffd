import type { Arithmetic } from "../kernels/kernels.ts";
import type { HermitianOperator } from "./lobpcg.ts";

/** Systems Q (H − s_j) Q x_j = b_j, one per column; Q projects out the eigenvectors `states`. */
export interface ShiftedSystems {
  readonly operator: HermitianOperator;
  /** Orthonormal eigenvectors of H, [n × nStates], with all eigenvalues up to every s_j. */
  readonly states: Float64Array;
  readonly nStates: number;
  /** Vectors that set the scale of the operator's preconditioner, panel [n × nVectors]. */
  readonly scales: Float64Array;
  /** s_j, shape [nVectors]. */
  readonly shifts: Float64Array;
  readonly nVectors: number;
  /** b_j, orthogonal to the states; becomes the residual b_j − Q (H − s_j) x_j. */
  readonly residual: Float64Array;
  /** Receives the solutions, orthogonal to the states. */
  readonly out: Float64Array;
  /** A column has converged when ‖residual_j‖ ≤ targets_j. */
  readonly targets: Float64Array;
  readonly maxIterations: number;
}

export interface ShiftedSolution {
  readonly iterations: number;
  /** Number of vectors the operator was applied to. */
  readonly applications: number;
  /** Whether every column reached its target. */
  readonly converged: boolean;
}

/**
 * Solves the systems by preconditioned conjugate gradients, one recursion per column, run together
 * so that the operator works on panels. The operator is positive definite on the range of Q.
 * Converged columns no longer change; those at either end of the panel are left out of the work.
 * All arrays are in the memory of `kernels` [HS52].
 */
export function solveShifted(kernels: Arithmetic, systems: ShiftedSystems): ShiftedSolution {
  const { operator, states, nStates, scales, shifts, nVectors, residual, out, targets, maxIterations } =
    systems;
  const { n } = operator;
  const { width } = kernels;
  out.fill(0, 0, width * n * nVectors);
  return kernels.scratch((take) => {
    const z = take(width * n * nVectors);
    const direction = take(width * n * nVectors);
    const image = take(width * n * nVectors);
    const overlaps = take(width * nStates * nVectors);
    const norms = take(nVectors);
    const dots = take(width * nVectors);
    const factors = take(nVectors);
    const negativeShifts = take(nVectors);
    for (let j = 0; j < nVectors; j++) negativeShifts[j] = -shifts[j]!;
    const rz = new Float64Array(nVectors);
    const isDone = new Uint8Array(nVectors);
    let [first, last] = [0, nVectors];

    const panel = (x: Float64Array) => x.subarray(width * n * first, width * n * last);
    const columns = (x: Float64Array) => x.subarray(first, last);
    /** x ← Q x on the columns in use. */
    const project = (x: Float64Array) => {
      if (nStates === 0) return;
      const count = last - first;
      kernels.gemm("C", "N", nStates, count, n, 1, states, n, panel(x), n, 0, overlaps, nStates);
      kernels.gemm("N", "N", n, count, nStates, -1, states, n, overlaps, nStates, 1, panel(x), n);
    };
    const markDone = () => {
      kernels.columnNorms2(columns(norms), n, last - first, panel(residual));
      for (let j = first; j < last; j++) if (Math.sqrt(norms[j]!) <= targets[j]!) isDone[j] = 1;
      while (first < last && isDone[first]) first++;
      while (last > first && isDone[last - 1]) last--;
    };
    /** z ← Q M Q residual, and dots ← ⟨residual|z⟩. */
    const precondition = () => {
      panel(z).set(panel(residual));
      operator.preconditionInto(panel(z), panel(scales), last - first);
      project(z);
      kernels.columnDots(
        dots.subarray(width * first, width * last),
        n,
        last - first,
        panel(residual),
        panel(z),
      );
    };
    const add = (to: Float64Array, s: Float64Array, x: Float64Array) =>
      kernels.addScaledColumns(panel(to), n, last - first, panel(to), columns(s), panel(x));

    let applications = 0;
    markDone();
    for (let iterations = 0; ; iterations++) {
      if (first === last) return { iterations, applications, converged: true };
      if (iterations === maxIterations) return { iterations, applications, converged: false };
      precondition();
      // direction ← z + (rz/rz before) direction
      for (let j = first; j < last; j++) {
        factors[j] = iterations === 0 || isDone[j] ? 0 : dots[width * j]! / rz[j]!;
        rz[j] = dots[width * j]!;
      }
      if (iterations === 0) panel(direction).set(panel(z));
      else kernels.addScaledColumns(panel(direction), n, last - first, panel(z), columns(factors), panel(direction)); // biome-ignore format: one update
      operator.applyInto(panel(image), panel(direction), last - first);
      add(image, negativeShifts, direction);
      project(image);
      applications += last - first;
      kernels.columnDots(
        dots.subarray(width * first, width * last),
        n,
        last - first,
        panel(direction),
        panel(image),
      );
      for (let j = first; j < last; j++) {
        // Not positive: `states` are not eigenvectors, or one below the shift is missing.
        const isDefinite = dots[width * j]! > 0;
        factors[j] = isDone[j] || !isDefinite ? 0 : rz[j]! / dots[width * j]!;
      }
      add(out, factors, direction);
      for (let j = first; j < last; j++) factors[j] = -factors[j]!;
      add(residual, factors, image);
      markDone();
    }
  });
}
