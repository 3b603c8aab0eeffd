import { digestOf, digestOfNumbers } from "../../common/digest.ts";
import type { FinishedPieces } from "../../common/finished-pieces.ts";
import type { CrystalHamiltonian, Workplace } from "../../ground/crystal-hamiltonian.ts";
import { requireConverged, selfConsistentHamiltonian } from "../../ground/self-consistent-hamiltonian.ts";
import type { GridSize } from "../../kernels/kernels.ts";
import type { KpointChoice } from "../../model/kpoint-set.ts";
import { meanPlaneWaves } from "../../model/lattice.ts";
import type { Model } from "../../model/model.ts";
import type { SymmetryOperation } from "../../model/symmetry.ts";
import { VERSION } from "../../version.ts";
import { drainOrResume } from "./drain.ts";
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
  solve(): Promise<SolvedHamiltonian>;
}

/** A Hamiltonian with the levels of it that a run of before has left. */
export interface SolvedHamiltonian extends PreparedHamiltonian {
  readonly pieces: FinishedPieces | undefined;
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
  const withPieces = (crystal: PreparedHamiltonian): SolvedHamiltonian => ({
    ...crystal,
    pieces: options.finished?.open(workOf(session, crystal)),
  });
  if (session.job.hamiltonian !== "kohn-sham") {
    const fixed = await fixedHamiltonian(session);
    const { model, choice, operations, timeReversal } = fixed;
    const { size } = fixed.hamiltonian.setup;
    return { model, choice, operations, timeReversal, size, solve: async () => withPieces(fixed) };
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
      const end = await drainOrResume(prepared, options);
      await end.orbitals.close();
      requireConverged(end);
      return withPieces({
        ...selfConsistentHamiltonian(problem, end.last, end.orbitals.spec),
        warnings: [...new Set([...warnings, ...end.last.warnings])],
      });
    },
  };
}

/** Returns where so many levels of a Hamiltonian are computed. */
export async function placeForLevels(
  session: Session,
  { model, hamiltonian }: Pick<CrystalHamiltonian, "model" | "hamiltonian">,
  bands: number,
): Promise<Workplace> {
  const waves = meanPlaneWaves(model.lattice.volume, hamiltonian.setup.ecut);
  return { ...session, backend: await session.backendFor(waves, bands) };
}

/** Tells the levels of a Hamiltonian from those of any other, to the last digit. */
const workOf = (
  { backend }: Pick<Session, "backend">,
  { hamiltonian: { setup, potential, nSpin } }: Pick<CrystalHamiltonian, "hamiltonian">,
): string => digestOf([VERSION, backend, setup, nSpin, digestOfNumbers(Float64Array.from(potential))]);
