import { plural } from "../../../common/plural.ts";
import { diagnose } from "../../../scf/diagnosis.ts";
import type { ScfOutcome } from "../../../scf/scf.ts";
import type { Session } from "../../prepare/session.ts";
import type { ResultFile } from "./result.ts";

/** Says why a run has not converged and what to do; nothing where it has. */
export function whyNotConverged(
  { job: { scf }, named }: Pick<Session, "job" | "named">,
  { last, reason }: ScfOutcome,
): Pick<ResultFile, "reason" | "diagnosis"> {
  if (reason === "converged") return {};
  const { row, state, occupation } = last;
  const residual = `density residual ${row.densityResidual.toExponential(2)}`;
  if (reason === "interrupted")
    return { reason: `interrupted after ${plural(row.step, "step")}, ${residual}` };
  const diagnosis = diagnose({
    history: state.history,
    occupation,
    nBands: last.levels[0]!.eigenvalues.length,
    tolerance: scf.tolerance.density,
    mixing: scf.mixing.name,
    damping: scf.damping,
    restart: named("restart"),
  });
  if (reason === "no-gap" || reason === "few-bands") return { reason: diagnosis.cause, diagnosis };
  return { reason: `the limit of ${row.step} steps was reached, ${residual}`, diagnosis };
}
