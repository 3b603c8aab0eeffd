import { expect, test } from "vitest";
import { createKPoint } from "../../src/basis/kpoint.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { carryOrbitals } from "../../src/state/carry-orbitals.ts";

const lattice = createLattice([
  [0, 5, 5],
  [5, 0, 5],
  [5, 5, 0],
]);
const [small, large]: [GridSize, GridSize] = [
  [12, 12, 12],
  [20, 20, 20],
];
const at = (k: number, ecut: number, size: GridSize) => createKPoint(lattice, size, ecut, [k, 0, 0], 1);
/** Coefficients that tell their G, a band and a block. */
const panelOf = ({ gVectors, planeWaves: n }: ReturnType<typeof at>, bands: number, block: number) =>
  Float64Array.from({ length: 2 * n * bands }, (_, j) => {
    const i = Math.floor(j / 2) % n;
    const [x, y, z] = gVectors.subarray(3 * i, 3 * i + 3);
    return x! + 100 * y! + 1e4 * z! + 1e6 * Math.floor(j / (2 * n)) + 1e8 * block + 0.25 * (j % 2);
  });

// Seen red: with the furthest k-point, and with the panel of the other spin.
test("orbitals keep their coefficient of each G, from the nearest k-point and the same spin", () => {
  const before = [at(0, 3, small), at(0.5, 3, small)];
  const panels = [0, 1].flatMap((spin) => before.map((kpoint, i) => panelOf(kpoint, 2, 2 * spin + i)));
  for (const ecut of [3, 8, 2]) {
    const now = [at(0.1, ecut, large), at(0.5, ecut, large), at(0.4, ecut, large)];
    const found = carryOrbitals({ kpoints: before, panels }, now, { size: large, lattice });
    expect(found.length).toBe(6);
    found.forEach((panel, block) => {
      const nearest = block % 3 === 0 ? 0 : 1;
      const all = panelOf(now[block % 3]!, 2, 2 * Math.floor(block / 3) + nearest);
      const kept = panel.filter((x) => x !== 0);
      expect(panel.every((x, j) => x === 0 || x === all[j])).toBe(true);
      // all that both spheres have: at the same k the smaller one whole
      const both = Math.min(now[1]!.planeWaves, before[1]!.planeWaves);
      if (block % 3 === 1) expect(kept.length).toBe(4 * both);
      expect(kept.length).toBeGreaterThan(3 * both);
    });
  }
});
