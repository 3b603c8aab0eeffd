import { expect, test } from "vitest";
import { gridIndex } from "../../src/basis/grid.ts";
import { createKPoint } from "../../src/basis/kpoint.ts";
import { InputError } from "../../src/common/failure.ts";
import { type Mat3, norm, rowsVec, type Vec3 } from "../../src/common/vec3.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const TRICLINIC: Mat3 = [[6, 0, 0], [1, 5, 0], [-2, 0.5, 7]]; // biome-ignore format: a matrix
const lattice = createLattice(TRICLINIC);
const SIZE = [40, 40, 40] as const;

/** All G with ½|k+G|² ≤ E_cut in a box three times as wide as needed, by their energies. */
function bruteForce(ecut: number, k: Vec3): Map<string, number> {
  const found = new Map<string, number>();
  for (let x = -20; x <= 20; x++)
    for (let y = -20; y <= 20; y++)
      for (let z = -20; z <= 20; z++) {
        const t = 0.5 * norm(rowsVec(lattice.reciprocal, [x + k[0], y + k[1], z + k[2]])) ** 2;
        if (t <= ecut) found.set([x, y, z].join(), t);
      }
  return found;
}

for (const k of [[0, 0, 0], [0.5, 0, 0.5], [0.31, -0.17, 0.43], [1.3, -2.2, 0.9]] as Vec3[]) // biome-ignore format: points
  test(`the sphere at k = [${k}] has exactly the plane waves below the cutoff`, () => {
    const ecut = 7;
    const kpoint = createKPoint(lattice, SIZE, ecut, k, 0.25);
    const expected = bruteForce(ecut, k);
    expect(kpoint.planeWaves).toBe(expected.size);
    expect(kpoint.planeWaves).toBeGreaterThan(100);
    for (let i = 0; i < kpoint.planeWaves; i++) {
      const g = kpoint.gVectors.slice(3 * i, 3 * i + 3);
      const t = expected.get(g.join())!;
      close(kpoint.kinetic[i]!, t, 1e-13, "½|k+G|²");
      expect(kpoint.kinetic[i]).toBeLessThanOrEqual(ecut);
      const q: Vec3 = [kpoint.kPlusG[3 * i]!, kpoint.kPlusG[3 * i + 1]!, kpoint.kPlusG[3 * i + 2]!];
      close(0.5 * norm(q) ** 2, t, 1e-13, "length of k+G");
      expect(kpoint.gridIndex[i]).toBe(gridIndex(SIZE, g[0]!, g[1]!, g[2]!));
    }
  });

test("grid indices ascend, so no two plane waves share a place", () => {
  const { gridIndex: index } = createKPoint(lattice, SIZE, 6, [0.1, 0.2, 0.3], 1);
  for (let i = 1; i < index.length; i++) expect(index[i]).toBeGreaterThan(index[i - 1]!);
});

test("the number of plane waves approaches Ω (2 E_cut)^{3/2} / 6π²", () => {
  const ecut = 60;
  const expected = (lattice.volume * (2 * ecut) ** 1.5) / (6 * Math.PI ** 2);
  const { planeWaves } = createKPoint(lattice, [64, 64, 64], ecut, [0.3, 0.1, 0.2], 1);
  // The surface of the sphere is uncertain by less than its cells would fill: a percent at this radius.
  close(planeWaves / expected, 1, 0.01);
});

test("k and k + G name the same waves: kinetic energies are equal", () => {
  const sorted = (k: Vec3) => createKPoint(lattice, SIZE, 7, k, 1).kinetic.slice().sort();
  const energies = sorted([0.2, -0.35, 0.4]);
  notTiny(energies);
  closeArrays(sorted([2.2, -1.35, 3.4]), energies, 1e-12);
  // and −k has the mirror image
  closeArrays(sorted([-0.2, 0.35, -0.4]), energies, 1e-12);
});

test("a Bloch vector many zones away has the waves of the near one, on a grid that just holds them", () => {
  const [near, far] = [0.2, -12.8].map((x) => createKPoint(lattice, [15, 15, 15], 7, [x, 0, 0], 1));
  expect(far!.planeWaves).toBe(near!.planeWaves);
  const energies = [near, far].map((kpoint) => kpoint!.kinetic.slice().sort());
  closeArrays(energies[1]!, energies[0]!, 1e-12);
});

test("a grid too small to tell the plane waves apart is refused with both numbers", () => {
  const wide = createKPoint(lattice, SIZE, 7, [0, 0, 0], 1);
  const reach = Math.max(...wide.gVectors.filter((_, i) => i % 3 === 0));
  expect(() => createKPoint(lattice, [2 * reach + 1, 40, 40], 7, [0, 0, 0], 1)).not.toThrow();
  const tooSmall = () => createKPoint(lattice, [2 * reach, 40, 40], 7, [0, 0, 0], 1);
  expect(tooSmall).toThrow(InputError);
  expect(tooSmall).toThrow(
    `all ${wide.planeWaves} plane waves of ecut 7 Ha apart, got [${2 * reach}, 40, 40]`,
  );
});
