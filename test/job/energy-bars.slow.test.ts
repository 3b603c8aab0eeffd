import { expect, test } from "vitest";
import { openSession } from "../../src/job/prepare/session.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import type { EnergyCertificate } from "../../src/job/tasks/scf/energy-bars.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { requireCertifiedJob } from "../../src/job/tasks/verify/certified-job.ts";

const fcc = (a: number) => [[0, a / 2, a / 2], [a / 2, 0, a / 2], [a / 2, a / 2, 0]]; // biome-ignore format: a matrix
const atoms = (...list: readonly (readonly [string, number])[]) =>
  list.map(([element, x]) => ({ element, position: [x, x, x] }));
const job = (structure: object, change: object) => ({
  structure,
  functional: "none",
  smearing: "none",
  pseudopotentials: "gth-lda",
  kgrid: [1, 1, 1],
  kgridSymmetry: "none",
  ...change,
});
const silicon = (ecut: number) =>
  job(
    { lattice: fcc(10.263), atoms: atoms(["Si", 0.125], ["Si", -0.125]) },
    { ecut, kshift: [0.5, 0.5, 0.5] },
  );

/** Energies fall with the basis, ever more slowly: what the last step took away is more than all later ones will. */
test("reduced Hartree-Fock silicon at 20 Ha: narrower than 1e-6 Ha, and holds the energy of far larger bases", async () => {
  let proof: EnergyCertificate | undefined;
  const onCertificate = (certificate: EnergyCertificate) => {
    proof = certificate;
  };
  const { energyBounds, energies } = await runScf(silicon(20), { errorBars: true, onCertificate });
  const { lower, upper, certificateDensity, parts, assumptions } = energyBounds!;
  const [coarse, fine] = [await runScf(silicon(40)), await runScf(silicon(80))];
  expect(upper - lower).toBeLessThan(1e-6);
  expect(energies.total).toBeGreaterThan(lower);
  expect(fine.energies.total).toBeGreaterThan(lower - 1e-9);
  expect(fine.energies.total).toBeLessThan(upper + (coarse.energies.total - fine.energies.total) + 1e-9);
  expect(certificateDensity!.error).toBeLessThan(2e-3);
  expect(assumptions[0]).toMatch(/reduced Hartree-Fock at zero temperature on the given k-points/);
  expect(certificateDensity!.ecut).toBeGreaterThanOrEqual(40);
  expect(parts.bands + parts.density).toBeLessThan(upper - lower);
  expect(proof!.energy).toMatchObject({
    lower,
    upper,
    densityError: certificateDensity!.error,
    electrons: 8,
  });
  // nothing of it is another job's
  const session = await openSession(parseJob(silicon(20)));
  expect((await requireCertifiedJob(proof!, session)).at(-1)).toMatch(/^Hartree and xc potential/);
});
