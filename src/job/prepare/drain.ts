import { invariant } from "../../common/failure.ts";
import { type ScfEnd, solveScf } from "../../scf/scf.ts";
import { operatorsOf } from "../../terms/sums.ts";
import type { PreparedScf, RunOptions } from "./prepare-scf.ts";

/**
 * Runs the steps of a self-consistent field to their end, telling the caller about each.
 *
 * @param options instead of the job's own.
 */
export async function drain(
  { problem, options, system, by }: Pick<PreparedScf, "problem" | "options" | "system" | "by">,
  { checkpoint, keepOrbitals = false, onStep }: Pick<RunOptions, "checkpoint" | "keepOrbitals" | "onStep">,
): Promise<ScfEnd> {
  const end = await solveScf(problem, options, async ({ row, state }) => {
    onStep?.(row);
    await checkpoint?.({ ...state, system });
  });
  const { last, orbitals, reason } = end;
  const { row: _, converged, state, ...rest } = last;
  const settled = converged ? { settled: { ...rest, by } } : {};
  if (checkpoint && (keepOrbitals || reason !== "converged"))
    try {
      await checkpoint({ ...state, system, ...settled, orbitals: await orbitals.save() });
    } catch (error) {
      await orbitals.close();
      throw error;
    }
  return end;
}

/**
 * Does the same for what follows from the end of an iteration: where the run of before had come to
 * it, no step is made, and all digits are those of that run.
 */
export async function drainOrResume(
  prepared: Pick<PreparedScf, "problem" | "options" | "system" | "by" | "settled">,
  given: Pick<RunOptions, "checkpoint" | "keepOrbitals" | "onStep">,
): Promise<ScfEnd> {
  const { problem, options, system, settled } = prepared;
  const { restart: state } = options;
  if (settled === undefined || state === undefined) return drain(prepared, given);
  const { orbitals: panels } = state;
  const row = state.history.at(-1);
  invariant(row !== undefined && panels !== undefined, () => "a settled end has a step and orbitals");
  const { by: _, ...last } = settled;
  // the steps of the run of before may have asked for more bands in the next one
  const held = panels[0]!.length / (2 * problem.basis.kpoints[0]!.planeWaves);
  const orbitals = await problem.createOrbitals(held, operatorsOf(problem.terms));
  try {
    await orbitals.restore(panels);
    if (given.keepOrbitals === true) await given.checkpoint?.({ ...state, system, settled });
  } catch (error) {
    await orbitals.close();
    throw error;
  }
  return { last: { ...last, row, converged: true, state }, reason: "converged", orbitals };
}
