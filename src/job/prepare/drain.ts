import { type ScfEnd, solveScf } from "../../scf/scf.ts";
import type { PreparedScf, RunOptions } from "./prepare-scf.ts";

/**
 * Runs the steps of a self-consistent field to their end, telling the caller about each.
 *
 * @param options instead of the job's own.
 */
export async function drain(
  { problem, options, system }: Pick<PreparedScf, "problem" | "options" | "system">,
  { checkpoint, keepOrbitals = false, onStep }: Pick<RunOptions, "checkpoint" | "keepOrbitals" | "onStep">,
): Promise<ScfEnd> {
  const end = await solveScf(problem, options, async ({ row, state }) => {
    onStep?.(row);
    await checkpoint?.({ ...state, system });
  });
  const { last, orbitals, reason } = end;
  if (checkpoint && (keepOrbitals || reason !== "converged"))
    try {
      await checkpoint({ ...last.state, system, orbitals: await orbitals.save() });
    } catch (error) {
      await orbitals.close();
      throw error;
    }
  return end;
}
