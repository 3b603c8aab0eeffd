import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { countPlaneWaves, createKPoint } from "../../src/basis/kpoint.ts";
import { add, integerVectors, norm, rowsVec, type Vec3 } from "../../src/common/vec3.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { estimateJob } from "../../src/job/tasks/estimate/estimate-job.ts";
import { secondsOfStep, stepTimeParts } from "../../src/job/tasks/estimate/expected-time.ts";
import { createLattice } from "../../src/model/lattice.ts";

const example = (name: string) => JSON.parse(readFileSync(`examples/${name}.json`, "utf8")) as object;

test.each(["silicon", "iron", "magnesium", "aluminium-slab", "water"])(
  "%s: the sizes are those of the run itself",
  async (name) => {
    const job = { ...example(name), ecut: 6 };
    const estimate = await estimateJob(job);
    const { problem } = await prepareScf(job);
    const { kpoints, grid, model } = problem.basis;
    const waves = kpoints.map(({ planeWaves }) => planeWaves);
    expect(estimate).toMatchObject({
      kpoints: kpoints.length,
      fftSize: [...grid.size],
      electrons: model.electrons,
      spins: model.nSpin,
      planeWaves: { least: Math.min(...waves), most: Math.max(...waves) },
    });
    expect(estimate.processorSecondsPerStep).toBeGreaterThan(0);
  },
);

test("plane waves are counted without listing them, in skew cells, plates and away from the zone centre", () => {
  const vectors = [
    [5.1, 0.3, -0.2],
    [-1.2, 6.3, 0.4],
    [2.7, 0.9, 9.7],
  ] as const;
  const plate = [[5.1, 0.3, 0], [-1.2, 6.3, 0], [0, 0, 1]] as const; // biome-ignore format: a matrix
  const line = [[5.1, 0, 0], [0, 1, 0], [0, 0, 1]] as const; // biome-ignore format: a matrix
  for (const lattice of [createLattice(vectors), createLattice(plate, 2), createLattice(line, 1)])
    for (const k of [
      [0, 0, 0],
      [0.5, -0.25, 0.125],
      [-0.37, 0.49, 0.01],
    ] as const)
      for (const ecut of [0.4, 3, 11.3, 30]) {
        const at = k.map((x, i) => (i < lattice.dimension ? x : 0)) as unknown as Vec3;
        const box = integerVectors(14).filter(([, y, z]) =>
          lattice.dimension === 3 ? true : z === 0 && (lattice.dimension === 2 || y === 0),
        );
        const inside = box.filter((g) => {
          const q = norm(rowsVec(lattice.reciprocal, add(g, at)));
          return q * q <= 2 * ecut;
        });
        expect(countPlaneWaves(lattice, ecut, at)).toBe(inside.length);
        expect(createKPoint(lattice, [60, 60, 60], ecut, at, 1).planeWaves).toBe(inside.length);
      }
});

test("a job far larger takes far longer and far more memory", async () => {
  const small = await estimateJob(example("silicon"));
  const large = await estimateJob({ ...example("silicon"), ecut: 600, kgrid: [1, 1, 1] });
  expect(large.planeWaves.most).toBeGreaterThan(200 * small.planeWaves.most);
  const arrays = ({ memory: { parts } }: typeof small) =>
    parts.reduce((sum, { name, bytes }) => sum + (name === "the program itself" ? 0 : bytes), 0);
  expect(arrays(large)).toBeGreaterThan(100 * arrays(small));
  // Speeds are measured, and differ by some factor on a busy machine; idle it is 60 to 120.
  expect(large.processorSecondsPerStep).toBeGreaterThan(10 * small.processorSecondsPerStep);
});

test("bands' time is linear in blocks and shared by threads that take blocks whole; that of fields is not", async () => {
  const needs = {
    size: [20, 20, 20],
    planeWaves: 500,
    bands: 8,
    blocks: 10,
    projectors: 6,
    spins: 1,
    hasGradients: false,
    isReal: false,
    hasStates: false,
  } as const;
  const speeds = { applyPotential: 1e-4, products: 1e9, transform: 0, pace: 0 };
  const seconds = (blocks: number, threads: number, transform = 0) =>
    secondsOfStep(stepTimeParts({ ...needs, blocks }, { ...speeds, transform }), blocks, threads);
  expect(seconds(20, 1)).toBeCloseTo(2 * seconds(10, 1), 12);
  expect(seconds(10, 4)).toBeCloseTo(0.3 * seconds(10, 1), 12); // the busiest thread has three of ten
  expect(seconds(10, 4, 1e-3) - seconds(10, 4)).toBeCloseTo(seconds(10, 1, 1e-3) - seconds(10, 1), 12);
  const faster = secondsOfStep(stepTimeParts(needs, { ...speeds, products: 2e9 }), 10, 1);
  expect(faster).toBeLessThan(seconds(10, 1));
  const two = await estimateJob(example("aluminium-slab"), { threads: 2 });
  expect(two.kpoints).toBe(3);
  expect(two.secondsPerStep).toBe(secondsOfStep(two.timeParts, 3, 2));
  expect(two.timeParts.reduce((sum, part) => sum + part.seconds, 0)).toBe(two.processorSecondsPerStep);
});
