import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { parseStructure } from "../../src/io/structures/structure-files.ts";
import { newJob } from "../../src/job/new-job.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { parseJob } from "../../src/job/schema/schema.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { close } from "../close.ts";
import { needs } from "../needs.ts";

const VBC = "/usr/share/espresso/pseudo/Si.pz-vbc.UPF";
const hasUpf = existsSync(VBC);

const silicon = {
  lattice: [
    [-5.13, 0, 5.13],
    [0, 5.13, 5.13],
    [-5.13, 5.13, 0],
  ],
  atoms: [
    { element: "Si", position: [0, 0, 0] },
    { element: "Si", position: [0.25, 0.25, 0.25] },
  ],
};

/** Total energies [Ry] that pw.x 6.7 prints for ibrav 2, celldm(1) 10.26, 16 Ry, 2 2 2 0 0 0, gaussian 0.02 Ry, tot_charge. */
const PRINTED = [
  [0, -15.65003026],
  [1, -16.09345025],
  [-1, -15.17432242],
] as const;

describe("a charged cell has the energy of pw.x", () => {
  test.skipIf(!hasUpf).each(PRINTED)(
    needs("quantum-espresso-data", hasUpf, "charge %d"),
    async (charge, rydberg) => {
      const job = {
        structure: silicon,
        pseudopotentials: { Si: VBC },
        functional: ["lda_x", "lda_c_pz"],
        ecut: 8,
        kgrid: [2, 2, 2],
        temperature: 0.01,
        smearing: "gaussian",
        charge,
        scf: { tolerance: { density: 1e-8 } },
      };
      const result = await runScf(job, { readText: (path) => readFile(path, "utf8") });
      expect(result.electrons).toBe(8 - charge);
      close(2 * result.energies.total, rydberg, 1e-7, "energy [Ry]"); // pw.x interpolates its table of the potential
    },
  );
});

test("the energy falls with each electron removed by the Fermi level, counted from the mean of the local potential", async () => {
  const run = (charge: number) =>
    runScf({
      structure: silicon,
      ecut: 4,
      temperature: 0.02,
      charge,
      scf: { tolerance: { density: 1e-9 } },
    });
  const step = 0.01;
  const [fewer, neutral, more] = [await run(step), await run(0), await run(-step)];
  const slope = (more.energies.total - fewer.energies.total) / (2 * step);
  // The levels leave out the mean of the local potential, which is the correction's energy for each electron.
  const mean = neutral.energies.pspCorrection! / neutral.electrons;
  expect(Math.abs(mean)).toBeGreaterThan(1e-3);
  close(slope, neutral.fermiLevel! + mean, 2e-5, "dE/dN"); // third derivative times step²
});

test("a charge of the structure file is honoured, the job's own goes before it and is told", async () => {
  const text = (charge: string) =>
    `1\nLattice="6 0 0 0 6 0 0 0 6" Properties=species:S:1:pos:R:3 ${charge}\nNa 0 0 0\n`;
  const prepared = (more: object) =>
    prepareScf(
      { structure: { file: "na.xyz" }, pseudopotentials: "gth-lda-q1", ecut: 3, temperature: 0.01, ...more },
      { readText: () => Promise.resolve(text("charge=0.5")) },
    );
  const own = await prepared({});
  expect(own.problem.basis.model.electrons).toBe(0.5);
  expect(own.warnings.join("\n")).toMatch(/^charge: 0\.5 electrons are removed and a uniform background/);
  const other = await prepared({ charge: 0.25 });
  expect(other.problem.basis.model.electrons).toBe(0.75);
  expect(other.warnings.join("\n")).toMatch(
    /charge: 0\.25 of the job is taken, not 0\.5 of the structure file/,
  );
  await expect(prepared({ charge: 1 })).rejects.toThrow(
    /^charge: must leave electrons of the 1 of the neutral cell, got 1 electrons removed/,
  );
});

test("a new job has the charge and the moments that a file gives as shares", () => {
  const input = `&system ibrav=3, celldm(1)=5.42, nat=1, ntyp=1, nspin=2, starting_magnetization=0.25, tot_charge=1 /
ATOMIC_SPECIES
Fe 55.8 Fe.upf
ATOMIC_POSITIONS alat
Fe 0 0 0
`;
  const job = parseJob(newJob(parseStructure(input, "fe.in")));
  expect(job.charge).toBe(1);
  expect(job.spin).toBe("collinear");
  expect(job.structure).toMatchObject({ atoms: [{ element: "Fe", magneticMoment: 4 }] }); // a quarter of 16
});
