import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { random } from "../../../src/common/random.ts";
import type { Vec3 } from "../../../src/common/vec3.ts";
import { runBands } from "../../../src/job/tasks/bands/run-bands.ts";

/** Γ, X, L, W, K of a face-centred lattice. */
export const SPECIAL: readonly Vec3[] = [
  [0, 0, 0],
  [0.5, 0, 0.5],
  [0.5, 0.5, 0.5],
  [0.5, 0.25, 0.75],
  [0.375, 0.375, 0.75],
];

export function randomPoints(count: number, seed: number): Vec3[] {
  const { uniform } = random(seed);
  return Array.from({ length: count }, () => [uniform() - 0.5, uniform() - 0.5, uniform() - 0.5]);
}

export const example = (name: string, change: object): object => ({
  ...(JSON.parse(readFileSync(`examples/${name}.json`, "utf8")) as object),
  ...change,
});

interface Containment {
  readonly job: object;
  readonly kpoints: readonly Vec3[];
  readonly bands: number;
  /** Two cutoffs of the reference, far above the job's [Ha]. Energies fall with the basis, ever more slowly: what the last step took away is more than all later ones will. */
  readonly far: readonly [number, number];
  /** The solver's own error of the reference [Ha]. */
  readonly rounding: number;
  readonly readText?: (path: string) => Promise<string>;
}

/**
 * Every interval is proved, has its index, and holds the level of bases many times larger; its width is above the error
 * that the reported energy really has. Returns the widths.
 */
export async function mustContainAll({
  job,
  kpoints,
  bands,
  far,
  rounding,
  readText,
}: Containment): Promise<number[]> {
  const options = { kpoints, bands, ...(readText === undefined ? {} : { readText }) };
  const { file } = await runBands(job, { ...options, errorBars: true });
  const [coarse, fine] = [
    await runBands({ ...job, ecut: far[0] }, { ...options, tolerance: 1e-7 }),
    await runBands({ ...job, ecut: far[1] }, { ...options, tolerance: 1e-7 }),
  ];
  const widths: number[] = [];
  file.kpoints.forEach(({ k, bands: levels }, at) => {
    levels.forEach(({ index, energy, lower, upper, guaranteed }, i) => {
      const above = fine.file.kpoints[at]!.bands[i]!.energy;
      const left = coarse.file.kpoints[at]!.bands[i]!.energy - above + 2 * rounding;
      const where = `band ${i + 1} at k = ${k}`;
      expect(left, where).toBeGreaterThan(0);
      expect([index, guaranteed], where).toEqual([i + 1, true]);
      const isInside = lower! <= above + rounding && above - left <= upper!;
      if (!isInside) expect.fail(`${where}: [${above - left}, ${above}] is not in [${lower}, ${upper}]`);
      expect(Math.abs(energy - above), where).toBeLessThanOrEqual(upper! - lower! + left);
      widths.push(upper! - lower!);
    });
  });
  return widths.sort((a, b) => a - b);
}

export const median = (sorted: readonly number[]): number => sorted[sorted.length >> 1]!;
