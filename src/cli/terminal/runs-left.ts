/** One of several runs of a job, its cell `size` times as long. */
export interface PlannedRun {
  readonly size: number;
  readonly mixing: string;
}

/** A run that ended, and how long it took [s]. */
export interface FinishedRun extends PlannedRun {
  readonly seconds: number;
}

/** Growth of a run's time with the length of its cell: more bands, each taking longer. */
const GROWTH = 2;

/**
 * Seconds that the rest of a comparison takes: each run as long as its mixing took at the nearest
 * smaller size, grown as size², or as the runs took on average where the mixing has not been seen.
 * Exact where times follow that law.
 *
 * @param plan all runs in their order, of which the first ones are `finished`.
 * @param running seconds since the run in progress began, and how many it says are left of it, if
 *   it can tell.
 * @returns undefined before anything is known.
 */
export function runsLeft(
  plan: readonly PlannedRun[],
  finished: readonly FinishedRun[],
  running: { readonly elapsed: number; readonly left?: number | undefined },
): number | undefined {
  const current = plan[finished.length];
  if (current === undefined) return undefined;
  const { elapsed, left } = running;
  // A run that tells how far it is counts as one that was seen.
  const seen = left === undefined ? finished : [...finished, { ...current, seconds: elapsed + left }];
  if (seen.length === 0) return undefined;
  const grown = ({ seconds, size }: FinishedRun, to: number) => seconds * (to / size) ** GROWTH;
  const expected = ({ size, mixing }: PlannedRun): number => {
    const same = seen.findLast((run) => run.mixing === mixing);
    if (same !== undefined) return grown(same, size);
    return seen.reduce((sum, run) => sum + grown(run, size), 0) / seen.length;
  };
  const rest = plan.slice(finished.length + 1).reduce((sum, run) => sum + expected(run), 0);
  return rest + (left ?? Math.max(0, expected(current) - elapsed));
}
