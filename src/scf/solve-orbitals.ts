import type { ReadonlyRealField } from "../kernels/fields.ts";
import type { BlockProgress, Orbitals } from "../parallel/orbitals.ts";
import type { SolvedOrbitals } from "../response/chi0.ts";
import { totalPotential } from "../terms/sums.ts";
import type { ScfProblem } from "./problem.ts";
import { solveLevels } from "./solve-potential.ts";

/** Orbitals, and whether the eigensolver reached its tolerance. */
export interface SolvedAtDensity extends SolvedOrbitals {
  readonly converged: boolean;
}

/**
 * Solves tightly for the orbitals of the potential of a density and occupies them, for a response.
 *
 * @param nStates bands that must converge.
 * @param tolerance ‖Hψ − εψ‖ [Ha]; errors of the response are of this size.
 */
export async function solveOrbitals(
  { basis, terms }: Pick<ScfProblem, "basis" | "terms">,
  orbitals: Orbitals,
  rho: ReadonlyRealField,
  { nStates, tolerance }: { readonly nStates: number; readonly tolerance: number },
  progress?: BlockProgress,
): Promise<SolvedAtDensity> {
  const request = { tolerance, nConverge: nStates, maxIterations: 200 };
  const solved = await solveLevels(basis, orbitals, totalPotential(terms, rho), request, progress);
  const { levels, occupation, isSolved } = solved;
  return { basis, orbitals, levels, occupation, nStates, converged: isSolved };
}
