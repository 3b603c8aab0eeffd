import type { ReadonlyRealField } from "../kernels/fields.ts";
import { levelCapacity } from "../model/model.ts";
import { smearing } from "../model/smearing.ts";
import type { BlockProgress, Orbitals } from "../parallel/orbitals.ts";
import type { SolvedOrbitals } from "../response/chi0.ts";
import { occupy } from "../state/occupation.ts";
import { totalPotential } from "../terms/sums.ts";
import type { ScfProblem } from "./problem.ts";

/** Orbitals with whether the eigensolver reached its tolerance. */
export interface SolvedAtDensity extends SolvedOrbitals {
  readonly converged: boolean;
}

/**
 * Solves for the orbitals of the potential of a density, tightly, and occupies them: what a response starts from.
 *
 * @param nStates bands that must converge. @param tolerance ‖Hψ − εψ‖ [Ha]; the response has errors of its size.
 */
export async function solveOrbitals(
  { basis, terms }: Pick<ScfProblem, "basis" | "terms">,
  orbitals: Orbitals,
  rho: ReadonlyRealField,
  { nStates, tolerance }: { readonly nStates: number; readonly tolerance: number },
  progress?: BlockProgress,
): Promise<SolvedAtDensity> {
  const { model } = basis;
  const solved = await orbitals.diagonalise(
    totalPotential(terms, rho),
    { tolerance, nConverge: nStates, maxIterations: 200 },
    progress,
  );
  const levels = solved.map(({ eigenvalues }, i) => ({
    weight: orbitals.spec.blocks[i]!.weight,
    eigenvalues,
  }));
  return {
    basis,
    orbitals,
    levels,
    occupation: occupy(
      levels,
      model.electrons,
      levelCapacity(model),
      smearing(model.smearing),
      model.temperature,
    ),
    nStates,
    converged: solved.every(({ converged }) => converged),
  };
}
