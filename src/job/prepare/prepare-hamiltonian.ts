import { requireConverged, selfConsistentHamiltonian } from "../../ground/self-consistent-hamiltonian.ts";
import type { KpointChoice } from "../../model/kpoint-set.ts";
import type { Model } from "../../model/model.ts";
import { drain } from "./drain.ts";
import { fixedHamiltonian, type PreparedHamiltonian } from "./fixed-hamiltonian.ts";
import { prepareSession, type RunOptions } from "./prepare-scf.ts";
import type { Session } from "./session.ts";

/** The Hamiltonian of a job, before the long work: options can be checked against the system. */
export interface UnsolvedHamiltonian {
  readonly model: Model;
  readonly choice: KpointChoice;
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
    return { model: fixed.model, choice: fixed.choice, solve: async () => fixed };
  }
  const prepared = await prepareSession(session, options);
  const { problem, warnings } = prepared;
  const { model, choice } = problem.basis;
  return {
    model,
    choice,
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
