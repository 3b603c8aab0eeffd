/** Parts of a step in their order; `potential` includes the energies of the density. */
export const STEP_PARTS = ["potential", "diagonalise", "density", "mixing"] as const;
export type StepPart = (typeof STEP_PARTS)[number];

/** Wall time of the parts of a step [s]. */
export type StepTimes = Readonly<Record<StepPart, number>>;

export interface Stopwatch {
  /** Adds the time since the last call, or since the start, to `part`. */
  lap(part: StepPart): void;
  readonly seconds: StepTimes;
}

/** Starts a stopwatch. All time belongs to some part, so that the parts add up to the step. */
export function stopwatch(now: () => number = () => performance.now()): Stopwatch {
  const seconds: Record<StepPart, number> = { potential: 0, diagonalise: 0, density: 0, mixing: 0 };
  let last = now();
  return {
    seconds,
    lap(part) {
      const time = now();
      seconds[part] += (time - last) / 1000;
      last = time;
    },
  };
}
