import { expect, test } from "vitest";
import { structure } from "../../bench/systems/aluminium-slab/structure.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { simple } from "../../src/precond/filters/simple.ts";
import type { Accelerator } from "../../src/scf/accelerators/accelerator.ts";
import { anderson } from "../../src/scf/accelerators/anderson.ts";
import { densityMixing } from "../../src/scf/methods/density-mixing.ts";
import { scf } from "../../src/scf/scf.ts";

/** The same without the norm of the energy. */
const inPlainNorm = (accelerator: Accelerator): Accelerator => ({
  ...accelerator,
  next: (history, input, step, damping) => accelerator.next(history, input, step, damping),
});

/** Energies [Ha] of a slab of eight aluminium layers and as much vacuum, without preconditioner. */
async function slab(accelerator: Accelerator, maxIterations: number) {
  const { problem, options } = await prepareScf({
    structure: structure(8),
    ecut: 5,
    kgrid: [2, 2, 1],
    temperature: 0.001,
    smearing: "gaussian",
    scf: { mixing: { name: "simple" }, maxIterations },
  });
  const steps = scf(problem, {
    ...options,
    method: densityMixing({ preconditioner: simple(), accelerator }),
  });
  const energies: number[] = [];
  for (;;) {
    const next = await steps.next();
    if (next.done) return { energies, reason: next.value.reason };
    energies.push(next.value.row.energy);
  }
}
const free = anderson({ maxRise: Number.POSITIVE_INFINITY });
const above = (limit: number, { energies }: { readonly energies: readonly number[] }, lowest: number) =>
  energies.filter((e) => e > lowest + limit).length;

test("charge sloshing that blows Anderson up to hundreds of hartree is survived by the guard, and converges", async () => {
  const wild = await slab(inPlainNorm(free), 12);
  const tame = await slab(inPlainNorm(anderson()), 80);
  expect(tame.reason).toBe("converged");
  const lowest = Math.min(...tame.energies);
  // Without the guard it climbs and does not come back; with it, the first plain step alone goes as far.
  expect(above(10, wild, lowest)).toBeGreaterThan(5);
  expect(above(10, tame, lowest)).toBeLessThan(3);
  // In the norm of the energy the guard has less to do: after its first rescue no step rises as far.
  const measured = await slab(anderson(), 80);
  expect(measured.reason).toBe("converged");
  const highest = ({ energies }: { readonly energies: readonly number[] }) => Math.max(...energies.slice(3));
  expect(highest(measured)).toBeLessThan(highest(tame));
});
