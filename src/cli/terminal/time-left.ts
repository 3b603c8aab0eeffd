import { durationText } from "../../common/text/duration-text.ts";

/** How far work was at some moment, both in units of the caller's choice. */
export interface Mark {
  readonly at: number;
  readonly done: number;
}

/**
 * How much longer until `total` is done, at the pace of the later half of the marks:
 *
 *   (total − d_n) (t_n − t_m) / (d_n − d_m),  m = ⌊n/2⌋,  n the last mark, counted from 0.
 *
 * Exact for work at a constant pace, and again when a pace that changed has lasted as long as
 * everything before it.
 *
 * @returns in the unit of `at`; undefined while there is no pace, or when nothing was gained
 *   lately.
 */
export function remaining(marks: readonly Mark[], total: number): number | undefined {
  const n = marks.length - 1;
  const [middle, last] = [marks[Math.floor(n / 2)], marks[n]];
  if (middle === undefined || last === undefined || !(last.done > middle.done)) return undefined;
  return Math.max(0, ((total - last.done) * (last.at - middle.at)) / (last.done - middle.done));
}

/**
 * Time left of a count of pieces of work, as `, 3 min left`; empty before the first piece is done
 * and after the last.
 */
export function timeLeft(
  now: () => number = () => performance.now(),
): (done: number, total: number) => string {
  const marks: Mark[] = [];
  return (done, total) => {
    if (marks.length === 0 || done > marks.at(-1)!.done) marks.push({ at: now() / 1000, done });
    const seconds = done >= total ? undefined : remaining(marks, total);
    return seconds === undefined ? "" : `, ${durationText(seconds)} left`;
  };
}
