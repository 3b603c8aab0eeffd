import { expect, test } from "vitest";
import { NotConvergedError } from "../../src/common/failure.ts";
import type { ExactProblem } from "../../src/errors/problem/exact-problem.ts";
import type { EnclosureTask } from "../../src/parallel/enclosure-host.ts";
import { enclosePoints } from "../../src/parallel/enclosures.ts";
import { cohenBergstresserSilicon } from "../errors/crystals.ts";

const tasks = [0, 0.1, 0.2, 0.35, 0.5].map(
  (x): EnclosureTask => ({ k: [x, 0, x], nBands: 3, options: { ecut: 3 }, withProposals: x === 0.1 }),
);
const where = { backend: "wasm" } as const;

// Seen red: results in the order in which threads finish.
test("enclosures are the same to the last bit with any number of threads, in the order of the k-points", async () => {
  const alone = await enclosePoints(cohenBergstresserSilicon, tasks, { ...where, threads: 1 });
  expect(alone.map(({ found }) => Array.isArray(found) && found.length)).toEqual([3, 3, 3, 3, 3]);
  expect(alone.map(({ proposals }) => proposals.length)).toEqual([0, 1, 0, 0, 0]);
  const told: string[] = [];
  for (const threads of [2, 3]) {
    const onProgress = (done: number, total: number) => told.push(`${done}/${total}`);
    const spread = await enclosePoints(cohenBergstresserSilicon, tasks, { ...where, threads, onProgress });
    expect(spread).toEqual(alone);
  }
  expect(told.slice(0, 5)).toEqual(["1/5", "2/5", "3/5", "4/5", "5/5"]);
});

test("what cannot be meant is told with its name from every thread, and an interruption ends them all", async () => {
  const twice: ExactProblem = { ...cohenBergstresserSilicon, lattice: [[1, 0, 0], [1, 0, 0], [0, 0, 1]] }; // biome-ignore format: a matrix
  for (const threads of [1, 2])
    await expect(enclosePoints(twice, tasks, { ...where, threads })).rejects.toThrow(
      /lattice: three independent vectors/,
    );
  const stop = new NotConvergedError("interrupted");
  const onProgress = () => {
    throw stop;
  };
  await expect(enclosePoints(cohenBergstresserSilicon, tasks, { ...where, threads: 2, onProgress })).rejects.toBe(stop); // biome-ignore format: one call
});
