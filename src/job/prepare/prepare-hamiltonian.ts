import { requireConverged, selfConsistentHamiltonian } from "../../ground/self-consistent-hamiltonian.ts";
import type { GridSize } from "../../kernels/kernels.ts";
import type { KpointChoice } from "../../model/kpoint-set.ts";
import type { Model } from "../../model/model.ts";
import type { SymmetryOperation } from "../../model/symmetry.ts";
import { drain } from "./drain.ts";
import { fixedHamiltonian, type PreparedHamiltonian } from "./fixed-hamiltonian.ts";
import { prepareSession, type RunOptions } from "./prepare-scf.ts";
import type { Session } from "./session.ts";

/** The Hamiltonian of a job, before the long work: options can be checked against the system. */
export interface UnsolvedHamiltonian {
  readonly model: Model;
  readonly choice: KpointChoice;
  readonly operations: readonly SymmetryOperation[];
  readonly timeReversal: boolean;
  readonly size: GridSize;
  /**
   * Finds the ground state where the job is self-consistent, and lets its orbitals go.
   *
   * @throws NotConvergedError if there is none.
   */
  solve(): Promise<PreparedHamiltonian>;
}

/**
 * Prepares the Hamiltonian whose levels the job of a session is asked for.
 *
 * @throws InputError if the job cannot be run.
 */
export async function prepareHamiltonian(
  session: Session,
  options: RunOptions,
): Promise<UnsolvedHamiltonian> {
  if (session.job.hamiltonian !== "kohn-sham") {
    const fixed = await fixedHamiltonian(session);
    const { model, choice, operations, timeReversal } = fixed;
    const { size } = fixed.hamiltonian.setup;
    return { model, choice, operations, timeReversal, size, solve: async () => fixed };
  }
  const prepared = await prepareSession(session, options);
  const { problem, warnings } = prepared;
  const { model, choice, operations, timeReversal, grid } = problem.basis;
  return {
    model,
    choice,
    operations,
    timeReversal,
    size: grid.size,
    async solve() {
      const end = await drain(prepared, options);
      await end.orbitals.close();
      requireConverged(end);
      return {
        ...selfConsistentHamiltonian(problem, end.last, end.orbitals.spec),
        warnings: [...new Set([...warnings, ...end.last.warnings])],
      };
    },
  };
}
