import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dotReal, sumReal } from "../../src/kernels/fields.ts";
import type { Refined } from "../../src/refine/refine.ts";
import { close, notTiny } from "../close.ts";
import { ALUMINIUM, DISPLACED_SILICON, SILICON } from "../systems.ts";
import { distance, refined, type Solved, solved } from "./solved.ts";

const SPIN = {
  ...ALUMINIUM,
  spin: "collinear",
  smearing: "gaussian",
  structure: { ...ALUMINIUM.structure, atoms: [{ element: "Al", position: [0, 0, 0], magneticMoment: 1 }] },
};
const SYSTEMS = [
  { name: "silicon, symmetric", job: { ...SILICON, ecut: 4 }, warm: 0 },
  { name: "displaced silicon, PBE", job: { ...DISPLACED_SILICON, ecut: 4, functional: "pbe", pseudopotentials: "gth-pbe", kgrid: [2, 1, 1] }, warm: 0 }, // biome-ignore format: a row
  { name: "aluminium, Fermi-Dirac", job: { ...ALUMINIUM, ecut: 4 }, warm: 1 },
  { name: "spin-polarised aluminium", job: { ...SPIN, ecut: 4 }, warm: 1 },
];

describe.each(SYSTEMS)("the correction of $name", ({ job, warm }) => {
  let coarse: Solved;
  let fine: Solved;
  let found: Refined;
  beforeAll(async () => {
    [coarse, fine] = [await solved(job), await solved({ ...job, ecut: 2.5 * job.ecut })];
    ({ found } = await refined(coarse, fine.problem));
  }, 300_000);
  afterAll(async () => {
    await coarse.end.orbitals.close();
    await fine.end.orbitals.close();
  });

  test("lies between the free energy before and that of the larger basis, near the latter", () => {
    const [before, after] = [found.before.energies.total, found.after.energies.total];
    const best = fine.end.last.energies.total;
    expect(before - best).toBeGreaterThan(1e-3);
    // Rounding and the SCF residual 1e-8 squared.
    expect(after).toBeGreaterThan(best - 1e-9);
    expect((before - after) / (before - best)).toBeGreaterThan(0.95);
    expect(found.halfEnergy).toBeLessThan(0);
  });

  test("leaves a fifth of the error of the density, and keeps the charge", () => {
    const { rhoOut } = fine.end.last;
    const wrong = distance(found.before.rho, rhoOut);
    notTiny([Math.sqrt(fine.problem.basis.grid.dvol) * wrong]);
    expect(distance(found.after.rho, rhoOut) / wrong).toBeLessThan(0.2);
    expect(distance(found.firstOrderDensity, rhoOut) / wrong).toBeLessThan(0.3);
    const { dvol } = fine.problem.basis.grid;
    const { electrons } = fine.problem.basis.model;
    for (const rho of [found.before.rho, found.after.rho, found.firstOrderDensity])
      close(dvol * sumReal(rho), electrons, 1e-7 * electrons, "charge");
  });

  test("has levels near those of the larger basis, and their Fermi level", () => {
    const wrong = (of: readonly { readonly eigenvalues: Float64Array }[]) =>
      Math.max(
        ...of.map(({ eigenvalues }, i) =>
          Math.abs(eigenvalues[0]! - fine.end.last.levels[i]!.eigenvalues[0]!),
        ),
      );
    expect(wrong(found.before.levels)).toBeGreaterThan(1e-3);
    expect(wrong(found.after.levels) / wrong(found.before.levels)).toBeLessThan(0.1);
    if (warm === 0) return;
    const { fermiLevel } = fine.end.last.occupation;
    const [before, after] = [found.before, found.after].map(
      ({ occupation }) => occupation.fermiLevel - fermiLevel,
    );
    expect(Math.abs(after! / before!)).toBeLessThan(0.15);
  });

  test("is nothing on the same basis", async () => {
    const { found: same } = await refined(coarse, coarse.problem);
    const { energies, rhoOut } = coarse.end.last;
    close(same.after.energies.total, energies.total, 1e-10, "energy");
    // The SCF residual, which the response takes away, and bands that hold less than 1e-6.
    expect(distance(same.after.rho, rhoOut) / Math.sqrt(dotReal(rhoOut, rhoOut))).toBeLessThan(1e-6);
    close(same.halfEnergy, 0, 1e-30, "half");
  });
});
