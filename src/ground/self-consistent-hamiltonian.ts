import { type FrozenProblem, frozenProblem, sumFields } from "../bands/frozen-problem.ts";
import type { ReferenceLevels } from "../bands/gap.ts";
import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import { NotConvergedError } from "../common/failure.ts";
import { plural } from "../common/plural.ts";
import { difference, type RealField } from "../kernels/fields.ts";
import { levelCapacity, type Model } from "../model/model.ts";
import type { BlocksSpec } from "../parallel/blocks.ts";
import type { ScfOutcome } from "../scf/options.ts";
import type { ScfProblem } from "../scf/problem.ts";
import type { ScfStep } from "../scf/state.ts";
import { localPotential } from "../terms/local/potential.ts";
import { totalPotential } from "../terms/sums.ts";
import type { CrystalHamiltonian } from "./crystal-hamiltonian.ts";

/**
 * Refuses what is no ground state: levels of its potential would mean nothing.
 *
 * @throws NotConvergedError
 */
export function requireConverged({ reason, last }: ScfOutcome): void {
  if (reason === "converged") return;
  throw new NotConvergedError(
    `the ground state: ${reason} after ${plural(last.row.step, "step")}, density residual ${last.row.densityResidual.toExponential(2)}; levels of its potential would mean nothing`,
  );
}

/**
 * Freezes the potential that the last orbitals of a run were found in: its eigenvalues are those
 * that the run reports.
 *
 * @param spec of the orbitals.
 */
export function selfConsistentHamiltonian(
  { basis, terms }: Pick<ScfProblem, "basis" | "terms">,
  last: Pick<ScfStep, "rhoIn" | "levels" | "occupation">,
  { setup, nSpin }: Pick<BlocksSpec, "setup" | "nSpin">,
): CrystalHamiltonian & { readonly hamiltonian: { readonly potential: RealField } } {
  const { model } = basis;
  const part = (isFixed: boolean): RealField =>
    totalPotential(
      terms.filter(({ isLinear = false }) => isLinear === isFixed),
      last.rhoIn,
    );
  const [fixed, hartreeXc] = [part(true), part(false)];
  const reference = referenceLevels(last, model);
  return {
    hamiltonian: { setup, potential: sumFields(fixed, hartreeXc), nSpin: nSpin as 1 | 2 },
    model,
    operations: basis.operations,
    timeReversal: basis.timeReversal,
    choice: basis.choice,
    reference,
    stored: storing(basis, fixed, hartreeXc, reference),
  };
}

/** Keeps the fields from which a Hamiltonian is stored on demand, instead of the whole run. */
const storing =
  (
    { model, grid, ecut }: PlaneWaveBasis,
    fixed: RealField,
    hartreeXc: RealField,
    reference: ReferenceLevels,
  ) =>
  (title?: string, spin: 0 | 1 = 0): FrozenProblem => {
    const ofSpin = (field: RealField) =>
      field.subarray(spin * grid.points, (spin + 1) * grid.points) as RealField;
    // Fixed potentials beside that of the atoms, which is stored by itself.
    const external = difference(ofSpin(fixed), localPotential(model, grid));
    const own = ofSpin(hartreeXc);
    const stored = external.every((v) => v === 0) ? own : sumFields(external, own);
    return frozenProblem(model, grid, stored, ecut, reference, title);
  };

function referenceLevels(
  { levels, occupation: { fermiLevel } }: Pick<ScfStep, "levels" | "occupation">,
  model: Model,
): ReferenceLevels {
  const filled = model.electrons / levelCapacity(model);
  if (model.nSpin === 2 || !Number.isInteger(filled)) return { fermiLevel };
  return {
    fermiLevel,
    valenceMaximum: Math.max(...levels.map(({ eigenvalues }) => eigenvalues[filled - 1]!)),
  };
}
