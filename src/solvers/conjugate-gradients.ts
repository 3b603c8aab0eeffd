import type { Kernels } from "../kernels/kernels.ts";

/**
 * A Hermitian positive definite system on complex vectors [2n] in the kernels' memory. Real
 * symmetric systems of even order qualify: the scalar product is Re xᴴy.
 */
export interface LinearSystem {
  /** out ← A x */
  apply(out: Float64Array, x: Float64Array): void;
  /** out ← M⁻¹ x, M Hermitian positive definite. */
  precondition(out: Float64Array, x: Float64Array): void;
  readonly rightSide: Float64Array;
  /** Receives the solution; the start vector is zero. */
  readonly out: Float64Array;
  /** Stop when ‖b − A x‖ ≤ relativeTolerance·‖b‖ in the norm of M⁻¹. */
  readonly relativeTolerance: number;
  readonly maxIterations: number;
}

/** Solves a linear system by preconditioned conjugate gradients [HS52]. */
export function conjugateGradients(
  kernels: Kernels,
  { apply, precondition, rightSide, out, relativeTolerance, maxIterations }: LinearSystem,
): { readonly iterations: number; readonly converged: boolean } {
  const n = out.length / 2;
  return kernels.scratch((take) => {
    const [residual, z, image, direction] = [take(2 * n), take(2 * n), take(2 * n), take(2 * n)];
    const [product, factor] = [take(2), take(1)];
    const dot = (x: Float64Array, y: Float64Array): number => {
      kernels.columnDots(product, n, 1, x, y);
      return product[0]!;
    };
    /** to ← y + s x */
    const combine = (to: Float64Array, y: Float64Array, s: number, x: Float64Array): void => {
      factor[0] = s;
      kernels.addScaledColumns(to, n, 1, y, factor, x);
    };
    out.fill(0);
    residual.set(rightSide);
    precondition(z, residual);
    direction.set(z);
    let rz = dot(residual, z);
    const target = relativeTolerance ** 2 * rz;
    for (let iterations = 0; ; iterations++) {
      if (rz <= target) return { iterations, converged: true };
      if (iterations === maxIterations) return { iterations, converged: false };
      apply(image, direction);
      const alpha = rz / dot(direction, image);
      combine(out, out, alpha, direction);
      combine(residual, residual, -alpha, image);
      precondition(z, residual);
      const next = dot(residual, z);
      combine(direction, z, next / rz, direction);
      rz = next;
    }
  });
}
