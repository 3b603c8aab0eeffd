import type { IterateLevels } from "./preconditioner.ts";

/** Highest filled and lowest empty level of all k-points [Ha]. */
export interface Gap {
  readonly filled: number;
  readonly empty: number;
}

/** Smaller gaps [Ha] count as none: the k-grid may have missed a crossing. */
const SMALLEST_GAP = 0.01;

/**
 * Returns the gap over all k-points; undefined in a metal, where the k-points of a spin hold
 * different numbers of electrons or the gap is below 0.01 Ha.
 */
export function gapOf({
  levels,
  nSpin,
  fermiLevel,
}: Pick<IterateLevels, "levels" | "nSpin" | "fermiLevel">): Gap | undefined {
  const kpoints = levels.length / nSpin;
  let [filled, empty] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const counts = levels.map(({ eigenvalues }) => {
    // Without smearing the Fermi level is the highest filled level itself.
    const below = eigenvalues.filter((e) => e <= fermiLevel + 1e-9);
    for (const e of eigenvalues)
      if (e <= fermiLevel + 1e-9) filled = Math.max(filled, e);
      else empty = Math.min(empty, e);
    return below.length;
  });
  const isUniform = counts.every((count, i) => count === counts[Math.floor(i / kpoints) * kpoints]);
  const width = empty - filled;
  return isUniform && Number.isFinite(width) && width > SMALLEST_GAP ? { filled, empty } : undefined;
}

/** Returns the middle of the gap [Ha], or the Fermi level where there is no gap. */
export function middleOfGap(levels: IterateLevels): number {
  const gap = gapOf(levels);
  return gap === undefined ? levels.fermiLevel : 0.5 * (gap.filled + gap.empty);
}
