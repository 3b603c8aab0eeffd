import { holdOrbitals } from "./held-orbitals.ts";
import { interruptible } from "./interruptible.ts";
import type { ScfEnd, ScfOptions, ScfOutcome } from "./options.ts";
import type { ScfProblem } from "./problem.ts";
import type { ScfStep } from "./state.ts";
import { iterate } from "./steps.ts";

export type { ScfEnd, ScfOptions, ScfOutcome, StepProgress } from "./options.ts";
export type { ScfProblem } from "./problem.ts";

/**
 * The self-consistent field, step by step, by the method of the options: `densityMixing`, `potentialMixing`,
 * `directMinimisation` or one of your own.
 *
 * One step is yielded for each diagonalisation, or for each step along a direction, the last one included. The energy
 * is that of the output orbitals and their density, hence variational: of second order in the density's error.
 *
 * The threads and memory that the orbitals take are closed when the iteration ends, however it ends: at its end, by an
 * error, or because the caller leaves its loop. Where orbitals are needed afterwards, `solveScf` hands them over.
 *
 * @throws InputError if an option is out of range or the bands cannot hold the electrons; NotConvergedError if the signal
 *   stops the first step.
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
 * Runs `scf` to its end and hands the open orbitals over, for forces and everything else that is made of them. If an
 * error ends it, of the iteration or of `onStep`, they are closed. After an interruption they can be saved and closed only.
 *
 * @param onStep is called after every step and awaited.
 * @throws InputError and NotConvergedError as `scf` does.
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
