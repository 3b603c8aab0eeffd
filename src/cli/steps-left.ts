import type { HistoryRow } from "../scf/state.ts";
import { durationText } from "./time-left.ts";

/** Steps looked back on: convergence is uneven from step to step. */
const LOOK_BACK = 4;
/** Slower than this [decades per step], nothing sensible can be said. */
const SLOWEST = 0.05;

/**
 * How many steps a self-consistent field still needs at the pace of its last ones, as text to put after what it does:
 * `, about 3 steps or 40 s left`. Empty while there is no pace to go by.
 *
 * @param tolerance of the density residual [bohr^(-3/2)].
 */
export function stepsLeft(history: readonly HistoryRow[], tolerance: number): string {
  const recent = history.slice(-LOOK_BACK - 1);
  const [first, last] = [recent[0], recent.at(-1)];
  if (first === undefined || last === undefined || recent.length < 3 || last.densityResidual <= tolerance)
    return "";
  const pace = Math.log10(first.densityResidual / last.densityResidual) / (recent.length - 1);
  if (!(pace >= SLOWEST)) return "";
  const steps = Math.ceil(Math.log10(last.densityResidual / tolerance) / pace);
  const seconds = recent.slice(1).reduce((sum, row) => sum + row.seconds, 0) / (recent.length - 1);
  return `, about ${steps} step${steps === 1 ? "" : "s"} or ${durationText(steps * seconds)} left`;
}
