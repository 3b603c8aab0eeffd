import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { type Mat3, matVec, type Vec3 } from "../../src/common/vec3.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import type { ResultFile } from "../../src/job/tasks/scf/result.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { reciprocalRotation } from "../../src/model/crystal-symmetry/symmetry-subgroups.ts";
import { chooseKpoints } from "../../src/model/kpoint-set.ts";
import { close } from "../close.ts";
import { needs } from "../needs.ts";

const { lattices, counts } = JSON.parse(readFileSync("test/fixtures/model/pwx-kpoints.json", "utf8")) as {
  lattices: Readonly<Record<string, Mat3>>;
  counts: readonly { crystal: string; kgrid: Vec3; kshift: Vec3; kpoints: number }[];
};

/** One atom, on which any k-points without the symmetry of the lattice put a force or a shear. */
const jobOf = (lattice: string, kshift: Vec3) => ({
  structure: {
    lattice: lattices[lattice],
    atoms: [{ element: "H", position: [0, 0, 0] }],
  },
  ecut: 4,
  kgrid: [2, 2, 2],
  kshift,
  temperature: 0.02,
  stress: true,
  scf: { mixing: { name: "simple" }, tolerance: { density: 1e-9 } },
});

/** Computes a job as it is, and with every image of its k-points and without symmetry: energy, forces and stress agree. */
async function compareWithWhole(job: Record<string, unknown>, what: string) {
  const reduced = await runScf(job);
  // Every image of every point, with its share of the weight.
  const { problem } = await prepareScf(job);
  const { operations } = problem.basis;
  const list = reduced.kpoints.flatMap(({ k, weight }) =>
    operations.map(({ rotation }) => ({
      k: matVec(reciprocalRotation(rotation), k as Vec3),
      weight: weight / operations.length,
    })),
  );
  const { kpoints } = chooseKpoints({ list }, { operations: [operations[0]!] });
  const { kshift: _, kgrid: __, ...rest } = job;
  const fftSize = [...problem.basis.grid.size];
  const whole = await runScf({ ...rest, kpoints, fftSize, symmetry: false });
  return { reduced, whole, what };
}

const sameForces = (one: ResultFile, other: ResultFile, what: string) => {
  one.forces!.flat().forEach((f, i) => void close(f, other.forces!.flat()[i]!, 1e-8, `${what}: force`));
  one.stress!.flat().forEach((x, i) => void close(x, other.stress!.flat()[i]!, 1e-8, `${what}: stress`));
};

for (const lattice of Object.keys(lattices))
  test(`${lattice}: half-shifted grids give what all their rotated points give without symmetry`, async () => {
    for (let s = 0; s < 8; s++) {
      const kshift: Vec3 = [(s & 1) / 2, ((s >> 1) & 1) / 2, (s >> 2) / 2];
      const { reduced, whole, what } = await compareWithWhole(jobOf(lattice, kshift), `${lattice} ${kshift}`);
      const known = counts.find(
        (c) => c.crystal === lattice && c.kgrid.join() === "2,2,2" && c.kshift.join() === kshift.join(),
      );
      expect(reduced.kpoints.length).toBe(known!.kpoints);
      close(reduced.energies.total, whole.energies.total, 1e-10, `${what}: energy`);
      sameForces(reduced, whole, what);
    }
  });

/** The grids alone put 8e-4, 7e-4 and 2e-3 Ha/bohr on the atoms. A grid of 16 points holds the translations of silicon. */
test.each([
  ["mg-hex-shift", null],
  ["si-333-shift", [16, 16, 16]],
  ["si-323", [16, 16, 16]],
])(
  "%s: an ideal crystal has no forces and a stress of its symmetry, those of all rotated points",
  async (name, fftSize) => {
    const job = JSON.parse(readFileSync(`test/fixtures/cases/${name}.json`, "utf8"));
    const scf = { tolerance: { density: 1e-9 } };
    const { reduced, whole, what } = await compareWithWhole({ ...job, fftSize, scf }, name);
    close(reduced.energies.total, whole.energies.total, 1e-10, `${what}: energy`);
    for (const f of reduced.forces!.flat()) close(f, 0, 1e-8, "force");
    const [[xx, xy], [, yy], [zx, zy]] = reduced.stress!;
    close(xx, yy, 1e-10, "σxx − σyy");
    for (const shear of [xy, zx, zy]) close(shear, 0, 1e-10, "shear");
    sameForces(reduced, whole, what);
    const bare = await runScf({ ...job, kgridSymmetry: "none" });
    expect(Math.max(...bare.forces!.flat().map(Math.abs))).toBeGreaterThan(5e-4);
  },
);

const VBC = "/usr/share/espresso/pseudo/Si.pz-vbc.UPF";
const hasUpf = existsSync(VBC);

/** Printed by pw.x 6.7, Ry: ibrav 2, celldm(1) 10.2613, 12 Ry, 2 2 2 1 1 1, and the eight points with nosym. */
test.skipIf(!hasUpf).each([
  ["crystal", -15.794859576],
  ["none", -15.7937112],
] as const)(
  needs("quantum-espresso-data", hasUpf, "silicon on 2×2×2 shifted by halves, %s: pw.x's energy"),
  async (kgridSymmetry, rydberg) => {
    const h = 10.2613 / 2;
    const { energies } = await runScf(
      {
        structure: {
          lattice: [[-h, 0, h], [0, h, h], [-h, h, 0]], // biome-ignore format: a matrix
          atoms: [0, 0.25].map((x) => ({ element: "Si", position: [x, x, x] })),
        },
        pseudopotentials: { Si: VBC },
        functional: ["lda_x", "lda_c_pz"],
        ecut: 6,
        kgrid: [2, 2, 2],
        kshift: [0.5, 0.5, 0.5],
        kgridSymmetry,
        scf: { tolerance: { density: 1e-8 } },
      },
      { readText: (path) => readFile(path, "utf8") },
    );
    close(2 * energies.total, rydberg, 5e-8, "energy [Ry]"); // pw.x interpolates its table of the potential
  },
);
