/*
 * What follows from the errors of a few runs: plain numbers in, settings out.
 */

/** Error at a cutoff. */
export interface CutoffError {
  /** [Ha] */
  readonly ecut: number;
  readonly error: number;
}

/** Differences that fall more slowly than as n^−p say nothing about what comes after them. */
const SLOWEST = 1.5;
/** No faster decay is supposed. */
const FASTEST = 12;

/**
 * Returns the errors of values at growing n that converge: how far each, or any after it, is from
 * the last, and what the last itself lacks, n^−p as the last two or three differences fell.
 *
 * Where they do not fall with an exponent of 1.5 or more, the last lacks as much as the last
 * difference, or half of the one before if that is more: two values may agree by chance. Where
 * they change direction, as those of metals do, a tenth of the one before (docs/accuracy.md).
 *
 * @param n k-points along an axis; at least two.
 * @param distances distance of each value from the last.
 * @param steps distance of each value from the one before it, for all but the first.
 * @param turns whether each step goes back, for all but the first.
 */
export function ladderErrors(
  n: readonly number[],
  distances: readonly number[],
  steps: readonly number[],
  turns: readonly boolean[],
): number[] {
  const [last, before = 0] = steps.toReversed() as [number, number?];
  const p = fallingExponent(n, steps, turns);
  const isTurning = turns.slice(-2).includes(true);
  const remains =
    p !== undefined
      ? last / ((n.at(-1)! / n.at(-2)!) ** p - 1)
      : Math.max(last, before / (isTurning ? 10 : 2));
  return distances.map((_, i) => Math.max(...distances.slice(i)) + remains);
}

/** p of n^−p, as the last two or three differences fell; undefined where they do not or turn. */
export function fallingExponent(
  n: readonly number[],
  steps: readonly number[],
  turns: readonly boolean[],
): number | undefined {
  const p = Math.min(
    exponentOf(n.slice(-3), steps.slice(-2)),
    exponentOf(n.slice(-4, -1), steps.slice(-3, -1)),
  );
  return p >= SLOWEST && !turns.slice(-2).includes(true) ? p : undefined;
}

/** p of values c n^−p at three n, from their two differences; 0 where there are fewer. */
function exponentOf([a, b, c]: readonly number[], [before, last]: readonly number[]): number {
  if (a === undefined || b === undefined || c === undefined || last === undefined) return 0;
  if (last === 0) return FASTEST;
  const quotient = (p: number) => (b ** -p - c ** -p) / (a ** -p - b ** -p);
  let [low, high] = [0, FASTEST];
  if (last / before! >= quotient(1e-6)) return 0; // no slower power has such a quotient
  // the quotient falls with p
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (quotient(middle) > last / before!) low = middle;
    else high = middle;
  }
  return low;
}

/** Exponents p of errors E^−p that two cutoffs may tell. */
const DECAY = { least: 1, most: 12 };

/**
 * The exponent p of errors that fall as E^−p, from the two highest cutoffs.
 *
 * @param prior what is taken as long as there is one, or the error does not fall.
 */
export function decayOf(points: readonly CutoffError[], prior: number): number {
  const [last, before] = points.toSorted((a, b) => b.ecut - a.ecut);
  if (last === undefined || before === undefined || !(last.error < before.error) || last.error <= 0)
    return prior;
  const found = Math.log(before.error / last.error) / Math.log(last.ecut / before.ecut);
  return Math.min(DECAY.most, Math.max(DECAY.least, found));
}

/** Cutoffs are whole numbers of this [Ha]. */
const STEP = 0.5;
/** No prediction goes further beyond the highest cutoff at hand. */
const REACH = 2;

/**
 * The lowest cutoff whose error is expected to be below `allowed`: between cutoffs at hand by their
 * power law, above them by that of the two highest.
 *
 * @param points at least one.
 */
export function cutoffFor(points: readonly CutoffError[], allowed: number, prior: number): number {
  const sorted = points.toSorted((a, b) => a.ecut - b.ecut);
  const above = sorted.findLastIndex(({ error }) => error > allowed) + 1;
  const [lower, upper] = [sorted[above - 1], sorted[above]];
  if (lower === undefined) return upper!.ecut; // nothing lower is known
  const known = upper === undefined ? sorted : [lower, upper];
  const ecut = rounded(lower.ecut * (lower.error / allowed) ** (1 / decayOf(known, prior)));
  return Math.min(ecut, rounded(upper?.ecut ?? REACH * lower.ecut));
}

const rounded = (ecut: number): number => STEP * Math.ceil(ecut / STEP - 1e-9);

/**
 * What the energy lacks at a higher cutoff falls more slowly than what is found of it beyond that
 * cutoff at a low one, by this power of the ratio of the two (docs/accuracy.md).
 */
const RISE = 0.35;
/** Of the larger basis, how far up its waves say what is beyond them. */
const TOLD = 0.75;

/**
 * The errors that are expected at higher cutoffs, from the place in the sphere of what one lacks.
 *
 * @param decay what is beyond each cutoff, ascending; the first is the run's.
 * @param cutoff of the larger basis [Ha].
 */
export function expectedDecay(decay: readonly CutoffError[], cutoff: number): CutoffError[] {
  const { ecut: own } = decay[0]!;
  return decay
    .slice(1)
    .filter(({ ecut, error }) => ecut <= TOLD * cutoff && error > 0)
    .map(({ ecut, error }) => ({ ecut, error: error * (ecut / own) ** RISE }));
}

/** How much larger than the cutoff that of a basis for estimates is. */
const RATIO = { least: 1.5, most: 3 };
/** Share of an error E^−p that may lie beyond it. */
const TAIL = 0.05;

/**
 * The ratio of a cutoff for estimates to the cutoff, and the share of the error that lies beyond
 * it, of errors that fall as E^−p.
 */
export function estimateRatio(p: number): { readonly ratio: number; readonly beyond: number } {
  const ratio = Math.min(RATIO.most, Math.max(RATIO.least, TAIL ** (-1 / p)));
  return { ratio, beyond: ratio ** -p };
}
