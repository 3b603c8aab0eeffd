import { type ScfEnd, type ScfProblem, scf } from "../scf/scf.ts";
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
  const steps = scf(problem, options);
  for (;;) {
    const next = await steps.next();
    if (next.done) {
      const { last, orbitals, reason } = next.value;
      if (checkpoint && (keepOrbitals || reason !== "converged"))
        await checkpoint({ ...last.state, system, orbitals: await orbitals.save() });
      return next.value;
    }
    onStep?.(next.value.row);
    await checkpoint?.({ ...next.value.state, system });
  }
}
