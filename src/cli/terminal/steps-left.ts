import { durationText } from "../../common/text/duration-text.ts";
import type { HistoryRow } from "../../scf/state.ts";
import { type Mark, remaining } from "./time-left.ts";

/** Slower than this [decades per step], nothing sensible can be said. */
const SLOWEST = 0.05;

/** What shrinks from step to step, and how long the step took [s]. */
export interface Shrinking {
  readonly size: number;
  readonly seconds: number;
}

/** Steps and seconds to come. */
export interface StepsLeft {
  readonly steps: number;
  readonly seconds: number;
}

/**
 * What an iteration still needs until `size` is below `tolerance`: decades are the work,
 * log₁₀(size₁/tolerance) of them in all.
 *
 * @returns undefined while there is no pace to go by.
 */
export function stepsLeft(rows: readonly Shrinking[], tolerance: number): StepsLeft | undefined {
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (last.size <= tolerance) return { steps: 0, seconds: 0 };
  if (rows.length < 3) return undefined;
  let clock = 0;
  const marks = rows.map(({ size, seconds }, step): Mark & { readonly time: number } => {
    clock += seconds;
    return { at: step, done: Math.log10(first.size / size), time: clock };
  });
  const decades = Math.log10(first.size / tolerance);
  const steps = remaining(marks, decades);
  const seconds = remaining(
    marks.map(({ time, done }) => ({ at: time, done })),
    decades,
  );
  if (steps === undefined || seconds === undefined) return undefined;
  if (Math.log10(last.size / tolerance) < SLOWEST * steps) return undefined;
  return { steps: Math.ceil(steps - 1e-9), seconds }; // rounding is no step
}

/** What a self-consistent field is asked for. */
export interface ScfTolerance {
  /** Of the density residual [bohr^(-3/2)]. */
  readonly density?: number | undefined;
  /** Of the change of the energy [Ha]. */
  readonly energy?: number | undefined;
}

/** Time left of a self-consistent field, by the slower tolerance; an unknown one is unmet. */
export function scfLeft(
  history: readonly HistoryRow[],
  { density, energy }: ScfTolerance,
): StepsLeft | undefined {
  const residuals = history.map(({ densityResidual: size, seconds }) => ({ size, seconds }));
  const changes = history
    .slice(1)
    .map((row, i) => ({ size: Math.abs(row.energy - history[i]!.energy), seconds: row.seconds }));
  const found = [
    ...(density === undefined ? [] : [stepsLeft(residuals, density)]),
    ...(energy === undefined ? [] : [stepsLeft(changes, energy)]),
  ];
  const [longest] = found.filter((each) => each !== undefined).sort((a, b) => b.steps - a.steps);
  return longest?.steps === 0 && found.includes(undefined) ? undefined : longest;
}

/** `, about 3 steps or 40 s left`; empty where nothing can be said, or nothing is left. */
export const stepsLeftText = (left: StepsLeft | undefined, noun = "step"): string =>
  left === undefined || left.steps === 0
    ? ""
    : `, about ${left.steps} ${noun}${left.steps === 1 ? "" : "s"} or ${durationText(left.seconds)} left`;

/**
 * Products end when the condition number changes by less per product, after ten at the earliest.
 */
const SETTLED = 5e-4;

/** Tells from condition numbers, one of each product, how long they take to settle. */
export function conditionSettling(): (condition: number) => string {
  const changes: Shrinking[] = [];
  let [last, at] = [Number.NaN, performance.now()];
  return (condition) => {
    const time = performance.now();
    const size = Math.abs(condition / last - 1);
    if (Number.isFinite(size)) changes.push({ size, seconds: (time - at) / 1000 });
    [last, at] = [condition, time];
    return stepsLeftText(stepsLeft(changes, SETTLED), "product");
  };
}
