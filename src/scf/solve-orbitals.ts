import type { FinishedPieces } from "../common/finished-pieces.ts";
import type { ReadonlyRealField } from "../kernels/fields.ts";
import type { BlockProgress, KeptBlocks, Orbitals } from "../parallel/orbitals.ts";
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
 * @param pieces k-points that were solved before, from the same orbitals.
 */
export async function solveOrbitals(
  { basis, terms }: Pick<ScfProblem, "basis" | "terms">,
  orbitals: Orbitals,
  rho: ReadonlyRealField,
  { nStates, tolerance }: { readonly nStates: number; readonly tolerance: number },
  progress?: BlockProgress,
  pieces?: FinishedPieces,
): Promise<SolvedAtDensity> {
  const request = { tolerance, nConverge: nStates, maxIterations: 200 };
  const kept: KeptBlocks | undefined = pieces && {
    pieces,
    nameOf: (index) => JSON.stringify(["orbitals", index, request]),
    withOrbitals: true,
  };
  const solved = await solveLevels(basis, orbitals, totalPotential(terms, rho), request, progress, kept);
  const { levels, occupation, isSolved } = solved;
  return { basis, orbitals, levels, occupation, nStates, converged: isSolved };
}
