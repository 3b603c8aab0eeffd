import { dotReal } from "../kernels/fields.ts";
import { leastSquares } from "../kernels/least-squares.ts";
import { removeComponents } from "./gram-schmidt.ts";

/** A real nonsymmetric linear system A x = b; products may be computed in other threads. */
export interface GmresOptions {
  /** Returns A x. The caller owns the result. */
  apply(x: Float64Array): Promise<Float64Array>;
  readonly rightSide: Float64Array;
  /** Stop when ‖b − A x‖ ≤ relativeTolerance·‖b‖. */
  readonly relativeTolerance: number;
  /** Largest number of products with A. */
  readonly maxSteps: number;
}

export interface GmresSolution {
  readonly x: Float64Array;
  /** ‖b − A x‖/‖b‖ according to the recursion. */
  readonly residual: number;
  readonly steps: number;
  readonly converged: boolean;
}

/** Solves a system by GMRES from zero, without restart, for few products [SS86]. */
export async function gmres({
  apply,
  rightSide,
  relativeTolerance,
  maxSteps,
}: GmresOptions): Promise<GmresSolution> {
  const size = Math.sqrt(dotReal(rightSide, rightSide));
  const n = rightSide.length;
  if (size === 0) return { x: new Float64Array(n), residual: 0, steps: 0, converged: true };
  const basis = [rightSide.map((x) => x / size)];
  /** Column k holds the components of A v_k in the basis. */
  const columns: number[][] = [];
  for (let k = 0; ; k++) {
    const next = await apply(basis[k]!);
    const before = Math.sqrt(dotReal(next, next));
    const column = removeComponents(next, basis);
    const rest = Math.sqrt(dotReal(next, next));
    const isInvariant = !(rest > 1e-14 * before);
    columns.push([...column, isInvariant ? 0 : rest]);

    // min ‖e₁ − H y‖ over the small Hessenberg matrix
    const target = Float64Array.from({ length: k + 2 }, (_, i) => (i === 0 ? 1 : 0));
    const small = () => columns.map((c) => Float64Array.from({ length: k + 2 }, (_, i) => c[i] ?? 0));
    const { coefficients } = leastSquares(small(), target);
    const rests = small().reduce((sum, c, j) => sum.map((t, i) => t - coefficients[j]! * c[i]!), target);
    const residual = Math.sqrt(dotReal(rests, rests));
    const converged = residual <= relativeTolerance;
    if (converged || isInvariant || k + 1 === maxSteps) {
      const x = new Float64Array(n);
      coefficients.forEach((y, j) => {
        for (let r = 0; r < n; r++) x[r]! += size * y * basis[j]![r]!;
      });
      return { x, residual, steps: k + 1, converged };
    }
    basis.push(next.map((x) => x / rest));
  }
}
