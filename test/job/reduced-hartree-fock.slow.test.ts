import { expect, test } from "vitest";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close } from "../close.ts";

test("silicon in reduced Hartree-Fock has the energy that DFTK's tests expect, of ten bands and without −TS", async () => {
  const half = 10.263141334305942 / 2;
  const job = {
    structure: {
      lattice: [[0, half, half], [half, 0, half], [half, half, 0]], // biome-ignore format: a matrix
      atoms: [0.125, -0.125].map((x) => ({ element: "Si", position: [x, x, x] })),
    },
    pseudopotentials: "gth-lda",
    functional: "none",
    ecut: 25,
    kgrid: [3, 3, 3],
    temperature: 0.05,
    smearing: "fermi-dirac",
  };
  const { energies } = await runScf({ ...job, bands: 10 });
  close(energies.total - energies.entropy!, -5.440593269861395, 5e-8, "energy without entropy");
  // Ten bands cut the tail of the occupations: as many as are needed lie 0.1 mHa lower in the free energy.
  const enough = await runScf(job);
  expect(energies.total - enough.energies.total).toBeGreaterThan(5e-5);
});
