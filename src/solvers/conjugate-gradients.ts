import { dotReal } from "../kernels/fields.ts";

/** A symmetric positive definite linear system on real vectors. */
export interface LinearSystem {
  /** out ← A x */
  apply(out: Float64Array, x: Float64Array): void;
  /** out ← M⁻¹ x, symmetric positive definite. */
  precondition(out: Float64Array, x: Float64Array): void;
  readonly rightSide: Float64Array;
  /** Receives the solution; the start vector is zero. */
  readonly out: Float64Array;
  /** Stop when ‖b − A x‖ ≤ relativeTolerance·‖b‖ in the norm of M⁻¹. */
  readonly relativeTolerance: number;
  readonly maxIterations: number;
}

/** Preconditioned conjugate gradients [HS52]. */
export function conjugateGradients(system: LinearSystem): {
  readonly iterations: number;
  readonly converged: boolean;
} {
  const { apply, precondition, rightSide, out, relativeTolerance, maxIterations } = system;
  const residual = rightSide.slice();
  const z = new Float64Array(residual.length);
  const image = new Float64Array(residual.length);
  out.fill(0);
  precondition(z, residual);
  const direction = z.slice();
  let rz = dotReal(residual, z);
  const target = relativeTolerance ** 2 * rz;
  for (let iterations = 0; ; iterations++) {
    if (rz <= target) return { iterations, converged: true };
    if (iterations === maxIterations) return { iterations, converged: false };
    apply(image, direction);
    const alpha = rz / dotReal(direction, image);
    for (let i = 0; i < out.length; i++) {
      out[i]! += alpha * direction[i]!;
      residual[i]! -= alpha * image[i]!;
    }
    precondition(z, residual);
    const next = dotReal(residual, z);
    const beta = next / rz;
    rz = next;
    for (let i = 0; i < out.length; i++) direction[i] = z[i]! + beta * direction[i]!;
  }
}
