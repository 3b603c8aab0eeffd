import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Mat3, matVec, type Vec3 } from "../../src/common/vec3.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { chooseKpoints } from "../../src/model/kpoint-set.ts";
import { reciprocalRotation } from "../../src/model/symmetry-subgroups.ts";
import { close } from "../close.ts";

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

for (const lattice of Object.keys(lattices))
  test(`${lattice}: half-shifted grids give what all their rotated points give without symmetry`, async () => {
    for (let s = 0; s < 8; s++) {
      const kshift: Vec3 = [(s & 1) / 2, ((s >> 1) & 1) / 2, (s >> 2) / 2];
      const job = jobOf(lattice, kshift);
      const reduced = await runScf(job);
      const known = counts.find(
        (c) => c.crystal === lattice && c.kgrid.join() === "2,2,2" && c.kshift.join() === kshift.join(),
      );
      expect(reduced.kpoints.length).toBe(known!.kpoints);

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
      const whole = await runScf({ ...rest, kpoints, symmetry: false });
      close(reduced.energies.total, whole.energies.total, 1e-10, `${lattice} ${kshift}: energy`);
      whole.forces!.flat().forEach((f, i) => void close(f, reduced.forces!.flat()[i]!, 1e-8, "force"));
      whole
        .stress!.flat()
        .forEach((x, i) => void close(x, reduced.stress!.flat()[i]!, 1e-8, `${lattice} ${kshift}: stress`));
    }
  });
