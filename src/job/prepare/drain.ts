import { type ScfEnd, type ScfProblem, solveScf } from "../../scf/scf.ts";
import type { PreparedScf, RunOptions } from "./prepare-scf.ts";
import { checkpointSystem } from "./starting-point.ts";

/**
 * Runs the steps of a self-consistent field to their end, telling the caller about each.
 *
 * @param options instead of the job's own.
 */
export async function drain(
  problem: ScfProblem,
  options: PreparedScf["options"],
  { checkpoint, keepOrbitals = false, onStep }: Pick<RunOptions, "checkpoint" | "keepOrbitals" | "onStep">,
): Promise<ScfEnd> {
  const system = checkpointSystem(problem.basis);
  const end = await solveScf(problem, options, async ({ row, state }) => {
    onStep?.(row);
    await checkpoint?.({ ...state, system });
  });
  const { last, orbitals, reason } = end;
  if (checkpoint && (keepOrbitals || reason !== "converged"))
    await checkpoint({ ...last.state, system, orbitals: await orbitals.save() });
  return end;
}
