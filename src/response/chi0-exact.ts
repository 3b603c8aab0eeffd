import { requireInput } from "../common/failure.ts";
import { asRealField, sumReal } from "../kernels/fields.ts";
import type { Preconditioner } from "../precond/preconditioner.ts";
import { gmres } from "../solvers/gmres.ts";

/**
 * Makes P = ε†: solves (1 − χ₀ K) δρ = f with the response of the current orbitals, without a
 * model. The undamped iteration is Newton's method, limited by the accuracy of F, and takes about
 * the same few steps for every system. Each step costs as much as many ordinary ones: it is a
 * reference for other preconditioners rather than a tool.
 *
 * @param tolerance relative residual of the equation. Default 10⁻², below the eigensolver's error.
 * @param maxProducts largest number of products with ε† in a step. Default 40.
 * @throws InputError if an option is out of range, or for a state without response.
 *
 * @example
 * ```ts
 * import { densityMixing, chi0Exact } from "stillwave";
 *
 * const method = densityMixing({ preconditioner: chi0Exact({ tolerance: 1e-3 }) });
 * ```
 */
export function chi0Exact({
  tolerance = 1e-2,
  maxProducts = 40,
}: {
  readonly tolerance?: number;
  readonly maxProducts?: number;
} = {}): Preconditioner {
  requireInput(
    tolerance > 0 && tolerance < 1,
    () => `chi0-exact: tolerance must be between 0 and 1, got ${tolerance}; 0.01 is usual`,
  );
  requireInput(
    Number.isInteger(maxProducts) && maxProducts > 0,
    () => `chi0-exact: maxProducts must be a positive whole number, got ${maxProducts}; 40 is usual`,
  );
  return {
    name: "chi0-exact",
    async at({ responseTo }) {
      requireInput(
        responseTo !== undefined,
        () => "chi0-exact: needs the orbitals of the iteration, got a state without responseTo",
      );
      // A tenth of the tolerance, so that errors of the response do not limit the solution.
      const response = await responseTo(0.1 * tolerance);
      return async (out, residual) => {
        const mean = sumReal(residual) / residual.length;
        const { x } = await gmres({
          rightSide: Float64Array.from({ length: residual.length }, (_, r) => residual[r]! - mean),
          async apply(deltaRho) {
            const induced = await response(asRealField(deltaRho));
            const induction = sumReal(induced) / induced.length;
            return induced.map((change, r) => deltaRho[r]! - change + induction);
          },
          relativeTolerance: tolerance,
          maxSteps: maxProducts,
        });
        for (let r = 0; r < out.length; r++) out[r] = x[r]! + mean;
      };
    },
  };
}
