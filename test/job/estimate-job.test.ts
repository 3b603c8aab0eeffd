import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { countPlaneWaves, createKPoint } from "../../src/basis/kpoint.ts";
import { estimateJob } from "../../src/job/estimate-job.ts";
import { secondsPerStep } from "../../src/job/expected-time.ts";
import { prepareScf } from "../../src/job/prepare-scf.ts";
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

test("plane waves are counted without listing them, in skew cells and away from the zone centre", () => {
  const lattice = createLattice([
    [5.1, 0.3, -0.2],
    [-1.2, 6.3, 0.4],
    [2.7, 0.9, 9.7],
  ]);
  for (const k of [
    [0, 0, 0],
    [0.5, -0.25, 0.125],
    [-0.37, 0.49, 0.01],
  ] as const)
    for (const ecut of [0.4, 3, 11.3])
      expect(countPlaneWaves(lattice, ecut, k)).toBe(
        createKPoint(lattice, [60, 60, 60], ecut, k, 1).planeWaves,
      );
});

test("a job beyond every machine is estimated, not refused, and takes long", async () => {
  const small = await estimateJob(example("silicon"));
  const large = await estimateJob({ ...example("silicon"), ecut: 600, kgrid: [8, 8, 8] });
  expect(large.planeWaves.most).toBeGreaterThan(200 * small.planeWaves.most);
  expect(large.memory.bytes).toBeGreaterThan(100 * small.memory.bytes);
  expect(large.processorSecondsPerStep).toBeGreaterThan(50 * small.processorSecondsPerStep);
});

test("the time is linear in blocks, and threads share them", async () => {
  const needs = {
    size: [20, 20, 20],
    planeWaves: 500,
    bands: 8,
    blocks: 10,
    projectors: 6,
    spins: 1,
  } as const;
  const speeds = { applyPotential: 1e-4, products: 1e9, transform: 0 };
  const one = secondsPerStep(needs, speeds);
  expect(secondsPerStep({ ...needs, blocks: 20 }, speeds)).toBeCloseTo(2 * one, 12);
  expect(secondsPerStep(needs, { ...speeds, products: 2e9 })).toBeLessThan(one);
  const two = await estimateJob(example("aluminium-slab"), { threads: 2 });
  expect(two.kpoints).toBe(3);
  expect(two.secondsPerStep).toBeCloseTo((two.processorSecondsPerStep * 2) / 3, 12); // the busier thread has two of three
});
