import { expect, test } from "vitest";
import { structure } from "../../bench/systems/aluminium-slab/structure.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";

test("ldos with one damping takes at most two steps more for slabs of 16 layers than for thinner ones", async () => {
  const steps: number[] = [];
  for (const layers of [4, 8, 16]) {
    const result = await runScf(
      {
        structure: structure(layers),
        ecut: 7,
        kgrid: [2, 2, 1],
        temperature: 0.001,
        smearing: "gaussian",
        scf: { mixing: { name: "ldos" }, damping: 0.8 },
      },
      { threads: 2 },
    );
    expect(result.converged).toBe(true);
    steps.push(result.iterations);
  }
  expect(steps[0]).toBeLessThanOrEqual(11);
  expect(Math.max(...steps) - Math.min(...steps)).toBeLessThanOrEqual(2);
});
