import { expect, test } from "vitest";
import { boundEnergy } from "../../src/job/tasks/bands/energy-bound.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { example } from "../errors/enclose/contained.ts";

const job = (ecut: number): object =>
  example("silicon", {
    functional: "none",
    smearing: "none",
    kgrid: [1, 1, 1],
    kshift: [0.5, 0.5, 0.5],
    ecut,
  });

test("reduced Hartree-Fock silicon: the bound is below the energies of larger bases, and nears them with the cutoff", async () => {
  const { energies } = await runScf({ ...job(16), symmetry: false });
  const { kinetic, local, nonlocal, hartree } = energies;
  const fine = kinetic! + local! + nonlocal! + hartree!;
  let last = Number.NEGATIVE_INFINITY;
  for (const ecut of [5, 8]) {
    const { below, energy, error } = await boundEnergy(job(ecut));
    if (below.kind !== "bound") expect.fail(below.reason);
    expect(energy.value).toBeGreaterThan(fine);
    expect(below.lower).toBeLessThan(fine);
    expect(below.lower).toBeGreaterThan(last);
    expect(error.value).toBe(energy.value - below.lower);
    last = below.lower;
  }
  expect(fine - last).toBeLessThan(0.2);
});

test("models that are not convex are refused", async () => {
  await expect(boundEnergy(example("silicon", {}))).rejects.toThrow(
    /energy bound: needs the functional none/,
  );
});
