import { expect, test } from "vitest";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { operate } from "../../src/parallel/block-operations.ts";
import type { BlocksSpec } from "../../src/parallel/blocks.ts";
import { holdBlocks } from "../../src/parallel/thread.ts";
import { type BlockSizes, blockMemory, projectorCount } from "../../src/state/block-memory.ts";
import { areAllReal, longestSphere } from "../../src/state/orbital-block.ts";
import { operatorsOf } from "../../src/terms/sums.ts";
import { notTiny } from "../close.ts";
import { ALUMINIUM, SILICON } from "../systems.ts";

async function specOf(job: object): Promise<{ spec: BlocksSpec; sizes: BlockSizes }> {
  const { problem } = await prepareScf(job);
  const orbitals = await problem.createOrbitals(7, operatorsOf(problem.terms));
  await orbitals.close();
  const { spec } = orbitals;
  return {
    spec,
    sizes: {
      planeWaves: longestSphere(spec.blocks),
      bands: 7,
      projectors: projectorCount(spec.setup),
      gridPoints: problem.basis.grid.points,
      isReal: areAllReal(spec.setup, spec.blocks),
    },
  };
}

const REQUEST = { tolerance: 1e-5, nConverge: 5, maxIterations: 100 };

test.each([
  ["silicon", { ...SILICON, kgrid: [3, 1, 1], symmetry: false }, 1],
  ["two spins", { ...ALUMINIUM, kgrid: [3, 1, 1], symmetry: false, spin: "collinear" }, 2],
])("%s: no digit depends on how many blocks share a memory", async (_, job, nSpin) => {
  const { spec, sizes } = await specOf(job);
  const indices = [...spec.blocks.keys()];
  expect(indices.length).toBeGreaterThan(1);
  const { shared, scratch, block } = blockMemory(sizes, Number.POSITIVE_INFINITY);
  const most = shared + scratch + 1.5 * block; // of one block
  const potential = Float64Array.from(
    { length: nSpin * sizes.gridPoints },
    (_, r) => Math.sin(r) + (r < sizes.gridPoints ? 0 : 1),
  );
  const [together, apart] = await Promise.all([
    holdBlocks(spec, indices),
    holdBlocks(spec, indices, { most }),
  ]);
  const answers = [together, apart].map((holder) => {
    holder.setPotential(potential);
    return indices.map((index) => {
      const levels = operate("diagonalise", holder.ready(index), REQUEST);
      const weights = levels.eigenvalues.map((_, j) => 1 / (1 + j));
      return [
        levels.eigenvalues,
        operate("densities", holder.ready(index), [weights, weights])[1]!,
        operate("energies", holder.ready(index), weights),
        operate("forces", holder.ready(index), weights),
      ];
    });
  });
  for (const values of answers[0]!) notTiny(values[1]!);
  expect(answers[1]).toEqual(answers[0]);
  if (nSpin === 2) expect(answers[0]![0]![0]).not.toEqual(answers[0]!.at(-1)![0]); // each had its own potential
  // One workspace each, of half the size where coefficients are real: more memory together, and
  // none holds more than it was allowed.
  expect(apart.peakMemory()).toBeGreaterThan(together.peakMemory() + shared / 2);
  expect(apart.peakMemory()).toBeLessThanOrEqual(indices.length * most);
});

test.each([true, false])("the memory planned is what blocks take, real: %s", async (realOrbitals) => {
  const job = { ...SILICON, ecut: 15, kgrid: [2, 2, 1], symmetry: false, realOrbitals };
  const { spec, sizes } = await specOf(job);
  expect(sizes.isReal).toBe(realOrbitals);
  const indices = [...spec.blocks.keys()];
  const { shared, block } = blockMemory(sizes, Number.POSITIVE_INFINITY);
  const one = (await holdBlocks(spec, indices.slice(0, 1))).peakMemory();
  const all = (await holdBlocks(spec, indices)).peakMemory();
  expect(Math.abs((all - one) / (indices.length - 1) / block - 1)).toBeLessThan(0.12);
  expect(Math.abs(one / (shared + block) - 1)).toBeLessThan(0.12);
});

test("where panels do not fit for all directions, fewer are searched; with too many bands nothing fits", () => {
  const sizes = { planeWaves: 50_000, bands: 400, projectors: 1000, gridPoints: 1e6 };
  const GIB = 2 ** 30;
  const planned = [2, 3, 4, 8].map((gib) => blockMemory(sizes, gib * GIB));
  expect(planned.map(({ directions }) => directions)).toEqual(
    planned.map(({ directions }) => directions).sort((a, b) => a - b),
  );
  expect(planned[0]!.atOnce).toBe(0);
  expect(planned[1]!.directions).toBeLessThan(400);
  expect(planned[1]!.atOnce).toBe(1);
  expect(planned[3]!.directions).toBe(400);
});
