import { expect, test } from "vitest";
import type { Mat3 } from "../../src/common/vec3.ts";
import { runBands } from "../../src/job/tasks/bands/run-bands.ts";
import { close } from "../close.ts";
import { LATTICES, otherSetting } from "./settings.ts";

test.each(["monoclinic", "triclinic"])(
  "%s: the standard path has the same levels in any basis",
  async (name) => {
    const vectors = LATTICES.find(([each]) => each === name)![2];
    const along = async (lattice: Mat3) => {
      const { file } = await runBands(
        {
          structure: { lattice, atoms: [{ element: "Al", position: [0, 0, 0] }] },
          hamiltonian: "core",
          ecut: 1.5,
          temperature: 0.02,
        },
        { points: 26, bands: 3, tolerance: 1e-6 },
      );
      return file;
    };
    const here = await along(vectors);
    const there = await along(otherSetting(vectors, 3));
    expect(there.path).toEqual(here.path);
    const levels = ({ kpoints }: typeof here) =>
      kpoints.map(({ bands }) => bands.map(({ energy }) => energy));
    const spread = levels(here).flat();
    expect(Math.max(...spread) - Math.min(...spread)).toBeGreaterThan(0.1);
    levels(there).forEach((energies, k) => {
      energies.forEach((energy, band) => {
        close(energy, levels(here)[k]![band]!, 1e-9, `${name}, point ${k}, band ${band}`);
      });
    });
  },
);
