import { expect, test } from "vitest";
import { structure } from "../../bench/systems/aluminium-slab/structure.ts";
import { prepareScf } from "../../src/job/prepare-scf.ts";
import { anderson } from "../../src/scf/anderson.ts";
import { scf } from "../../src/scf/scf.ts";

/** Highest and last energy [Ha] of a slab of eight aluminium layers and as much vacuum, without preconditioner. */
async function slab(maxRise: number, maxIterations: number) {
  const { problem, options } = await prepareScf({
    structure: structure(8),
    ecut: 5,
    kgrid: [2, 2, 1],
    temperature: 0.001,
    smearing: "gaussian",
    scf: { mixing: { name: "simple" }, maxIterations },
  });
  const steps = scf(problem, { ...options, accelerator: anderson({ maxRise }) });
  const energies: number[] = [];
  for (;;) {
    const next = await steps.next();
    if (next.done) {
      await next.value.orbitals.close();
      return { energies, reason: next.value.reason };
    }
    energies.push(next.value.row.energy);
  }
}

test("charge sloshing that blows Anderson up to hundreds of hartree is survived by the guard, and converges", async () => {
  const wild = await slab(Number.POSITIVE_INFINITY, 12);
  const tame = await slab(0.01, 80);
  expect(tame.reason).toBe("converged");
  const lowest = Math.min(...tame.energies);
  // Without the guard it climbs and does not come back; with it, the first plain step alone goes as far.
  const above = (limit: number) => (energies: readonly number[]) =>
    energies.filter((e) => e > lowest + limit).length;
  expect(above(10)(wild.energies)).toBeGreaterThan(5);
  expect(above(10)(tame.energies)).toBeLessThan(3);
});
