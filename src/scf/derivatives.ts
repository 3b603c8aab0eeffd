import type { Mat3, Vec3 } from "../common/vec3.ts";
import { symmetrizeForces, symmetrizeStress } from "../observables/symmetrised.ts";
import type { Orbitals } from "../parallel/orbitals.ts";
import { densityWeights } from "../state/occupation.ts";
import { forcesOf, haveStress, stressOf } from "../terms/sums.ts";
import type { ScfProblem } from "./problem.ts";
import type { ScfStep } from "./state.ts";

type Problem = Pick<ScfProblem, "basis" | "terms">;
type Solved = Pick<ScfStep, "rhoOut" | "occupation">;

/**
 * Returns the Hellmann-Feynman forces −∂F/∂R of a step, Cartesian [Ha/bohr], for each atom or other
 * position of the model: the sum over the terms, symmetrised.
 *
 * @param orbitals orbitals of the step, still open.
 * @returns undefined if no term has forces.
 */
export async function groundForces(
  { basis, terms }: Problem,
  step: Solved,
  orbitals: Orbitals,
): Promise<Vec3[] | undefined> {
  const forces = forcesOf(
    terms,
    stateOf(step),
    await orbitals.forces(densityWeights(step.occupation, orbitals.spec.blocks)),
  );
  return forces && symmetrizeForces(forces, basis.model, basis.operations);
}

/**
 * Returns the stress σ = (1/Ω) ∂F/∂ε of a step [Ha/bohr³]: the sum over the terms, symmetrised.
 *
 * @param orbitals orbitals of the step, still open.
 * @returns undefined if a term has no stress.
 */
export async function groundStress(
  { basis, terms }: Problem,
  step: Solved,
  orbitals: Orbitals,
): Promise<Mat3 | undefined> {
  if (!haveStress(terms)) return undefined;
  const { lattice } = basis.model;
  const stress = stressOf(
    terms,
    stateOf(step),
    await orbitals.strain(densityWeights(step.occupation, orbitals.spec.blocks)),
    lattice,
  );
  return stress && symmetrizeStress(stress, lattice, basis.operations);
}

const stateOf = ({ rhoOut, occupation }: Solved) => ({
  rho: rhoOut,
  entropyEnergy: occupation.entropyEnergy,
});
