import type { FixedHamiltonian } from "../bands/solve-bands.ts";
import type { BasisError } from "../refine/error-estimates.ts";
import type { ScfProblem } from "../scf/problem.ts";
import { operatorsOf, totalPotential } from "../terms/sums.ts";

/** Hamiltonians whose levels are nearer to the exact ones than those of a run. */
export interface BetterHamiltonians {
  /** Of the self-consistent density, in the basis of the run. */
  readonly scf: FixedHamiltonian;
  /** Of the corrected density, in the larger basis. */
  readonly basis: FixedHamiltonian;
  /** Why not to trust them. */
  readonly warnings: readonly string[];
}

/**
 * Makes the Hamiltonians of corrected densities.
 *
 * @param own the Hamiltonian of the run.
 * @param larger the same system at the cutoff of the correction.
 */
export function betterHamiltonians(
  own: FixedHamiltonian,
  { terms }: Pick<ScfProblem, "terms">,
  larger: Pick<ScfProblem, "basis" | "terms">,
  { density }: Pick<BasisError, "density">,
): Omit<BetterHamiltonians, "warnings"> {
  const { setup, nSpin } = own;
  const { grid, ecut } = larger.basis;
  return {
    scf: { ...own, potential: totalPotential(terms, density.raw.data) },
    basis: {
      setup: {
        ...setup,
        ecut,
        size: grid.size,
        operators: operatorsOf(larger.terms),
        realOrbitals: undefined,
      },
      potential: totalPotential(larger.terms, density.corrected.data),
      nSpin,
    },
  };
}
