import { holdOrbitals } from "./held-orbitals.ts";
import { interruptible } from "./interruptible.ts";
import type { ScfEnd, ScfOptions, ScfOutcome } from "./options.ts";
import type { ScfProblem } from "./problem.ts";
import type { ScfStep } from "./state.ts";
import { iterate } from "./steps.ts";

export type { ScfEnd, ScfOptions, ScfOutcome, StepProgress } from "./options.ts";
export type { ScfProblem } from "./problem.ts";

/**
 * Runs the self-consistent field step by step, with the method of the options: `densityMixing`,
 * `potentialMixing`, `directMinimisation` or the user's own.
 *
 * Yields a step for each diagonalisation or step along a direction, the last one included. The
 * energy belongs to the output orbitals and their density and is therefore variational: its error
 * is of second order in the error of the density. Threads and memory of the orbitals are released
 * when the iteration ends, also by an error or if the caller leaves the loop; `solveScf` keeps them
 * open.
 *
 * @throws InputError if an option is out of range, the bands cannot hold the electrons, or a term
 *   lacks the symmetry that k-points are reduced by.
 * @throws NotConvergedError if the signal aborts the first step.
 *
 * @example
 * ```ts
 * import { bulk, newJob, prepareScf, scf } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * const { problem, options } = await prepareScf(job);
 * for await (const { row } of scf(problem, options)) console.log(row.step, row.energy);
 * ```
 */
export async function* scf(problem: ScfProblem, options: ScfOptions): AsyncGenerator<ScfStep, ScfOutcome> {
  const held = holdOrbitals(problem, options.signal);
  try {
    return yield* interruptible(iterate(problem, options, held), options.signal);
  } finally {
    await held.close();
  }
}

/**
 * Runs `scf` to its end and returns the open orbitals, for forces and other quantities. An error of
 * the iteration or of `onStep` closes them. After an interruption they can only be saved and
 * closed.
 *
 * @param onStep called and awaited after every step.
 * @throws InputError and NotConvergedError as `scf` does.
 *
 * @example
 * ```ts
 * import { bulk, newJob, prepareScf, solveScf } from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 5, kgrid: [2, 2, 2], isMetal: false });
 * const { problem, options } = await prepareScf(job);
 * const { last, orbitals, reason } = await solveScf(problem, options);
 * console.log(reason, last.energies.total);
 * await orbitals.close();
 * ```
 */
export async function solveScf(
  problem: ScfProblem,
  options: ScfOptions,
  onStep?: (step: ScfStep) => void | Promise<void>,
): Promise<ScfEnd> {
  const held = holdOrbitals(problem, options.signal);
  try {
    const steps = interruptible(iterate(problem, options, held), options.signal);
    for (;;) {
      const next = await steps.next();
      if (next.done) return { ...next.value, orbitals: held.handOver() };
      await onStep?.(next.value);
    }
  } catch (error) {
    await held.close();
    throw error;
  }
}
