import { expect, test } from "vitest";
import { createGrid, exactProductGridSize, frequency, gridIndex, isFastGrid } from "../../src/basis/grid.ts";
import { random } from "../../src/common/random.ts";
import { type Mat3, norm, rowsVec, type Vec3 } from "../../src/common/vec3.ts";
import { asFourierField, asRealField, dotReal } from "../../src/kernels/fields.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { wasmKernelsSync } from "../../src/kernels/wasm/wasm.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const TRICLINIC: Mat3 = [[6, 0, 0], [1, 5, 0], [-2, 0.5, 7]]; // biome-ignore format: a matrix
const lattice = createLattice(TRICLINIC);
const SIZES: GridSize[] = [[6, 5, 8], [7, 9, 10], [1, 4, 3]]; // biome-ignore format: sizes
const noise = (length: number) => {
  const { normal } = random(5);
  return Float64Array.from({ length }, normal);
};

for (const kernels of [referenceKernels(), wasmKernelsSync()])
  for (const size of SIZES) {
    const grid = createGrid(lattice, size, kernels);
    const what = `${size.join("×")}, ${kernels.backend}`;

    test(`inverse undoes forward, on ${what}`, () => {
      const f = asRealField(noise(grid.points));
      const kept = f.slice();
      const coefficients = grid.toFourier(f);
      closeArrays(grid.toReal(coefficients), f, 1e-14); // rounding of log N sums
      expect(f).toEqual(kept);
    });

    test(`Σ_r |f|² / N = Σ_G |f_G|², on ${what}`, () => {
      const f = asRealField(noise(grid.points));
      const coefficients = grid.toFourier(f);
      const power = dotReal(f, f) / grid.points;
      expect(power).toBeGreaterThan(0.3);
      close(dotReal(coefficients, coefficients), power, 1e-14 * power * grid.points);
    });

    test(`cos(G·r) has the two coefficients ½ at ±G, on ${what}`, () => {
      const g: Vec3 = [size[0] > 1 ? 1 : 0, -1, 1];
      const wave = Float64Array.from({ length: grid.points }, (_, r) => {
        const x = [r % size[0], Math.floor(r / size[0]) % size[1], Math.floor(r / (size[0] * size[1]))];
        return Math.cos(2 * Math.PI * x.reduce((sum, xi, i) => sum + (g[i]! * xi) / size[i]!, 0));
      });
      const expected = new Float64Array(2 * grid.points);
      for (const s of [1, -1]) expected[2 * gridIndex(size, s * g[0], s * g[1], s * g[2])]! += 0.5;
      closeArrays(grid.toFourier(asRealField(wave)), expected, 1e-15);
    });

    test(`inverse takes the real part: one coefficient e^{iφ} gives cos(G·r + φ), on ${what}`, () => {
      const at = gridIndex(size, 0, 1, -1);
      const coefficients = new Float64Array(2 * grid.points);
      coefficients.set([Math.cos(0.7), Math.sin(0.7)], 2 * at);
      const expected = Float64Array.from({ length: grid.points }, (_, r) => {
        const y = Math.floor(r / size[0]) % size[1];
        const z = Math.floor(r / (size[0] * size[1]));
        return Math.cos(2 * Math.PI * (y / size[1] - z / size[2]) + 0.7);
      });
      closeArrays(grid.toReal(asFourierField(coefficients)), expected, 1e-14);
    });
  }

test("frequencies of an axis are the residues nearest to zero, the highest of an even one negative", () => {
  const all = (n: number) => Array.from({ length: n }, (_, i) => frequency(i, n));
  expect(all(5)).toEqual([0, 1, 2, -2, -1]);
  expect(all(6)).toEqual([0, 1, 2, -3, -2, -1]);
  expect(all(1)).toEqual([0]);
});

test("every G-vector finds its own place, and places repeat with the size of the grid", () => {
  for (const size of SIZES) {
    const { points, gVectors } = createGrid(lattice, size, referenceKernels());
    const g = (i: number): Vec3 => [gVectors[3 * i]!, gVectors[3 * i + 1]!, gVectors[3 * i + 2]!];
    for (let i = 0; i < points; i++) {
      const [x, y, z] = g(i);
      expect(gridIndex(size, x, y, z)).toBe(i);
      expect(gridIndex(size, x - 3 * size[0], y + size[1], z - size[2])).toBe(i);
    }
  }
});

test("|G|² is the squared length of the Cartesian G, dvol its share of the cell", () => {
  const grid = createGrid(lattice, [6, 5, 8], referenceKernels());
  const expected = Float64Array.from({ length: grid.points }, (_, i) => {
    const g: Vec3 = [grid.gVectors[3 * i]!, grid.gVectors[3 * i + 1]!, grid.gVectors[3 * i + 2]!];
    return norm(rowsVec(lattice.reciprocal, g)) ** 2;
  });
  expect(grid.normG2[0]).toBe(0);
  notTiny(expected);
  closeArrays(grid.normG2, expected, 1e-13);
  close(grid.dvol * 240, 210, 1e-12);
});

test("the exact-product grid holds every G up to twice the sphere's radius apart, and no smaller fast one does", () => {
  for (const vectors of [TRICLINIC, [[0, 5, 5], [5, 0, 5], [5, 5, 0]] as Mat3]) // biome-ignore format: a matrix
    for (const ecut of [3, 10, 20]) {
      const size = exactProductGridSize(vectors, ecut);
      expect(isFastGrid(size)).toBe(true);
      const { reciprocal } = createLattice(vectors);
      const radius = 2 * Math.sqrt(2 * ecut);
      // By brute force: the highest reduced coordinate of the sphere's G-vectors along each axis.
      const reach = size.map((n) => n + 2);
      const highest = [0, 0, 0];
      for (let x = -reach[0]!; x <= reach[0]!; x++)
        for (let y = -reach[1]!; y <= reach[1]!; y++)
          for (let z = -reach[2]!; z <= reach[2]!; z++)
            if (norm(rowsVec(reciprocal, [x, y, z])) <= radius + 1e-9)
              [x, y, z].forEach((c, i) => {
                highest[i] = Math.max(highest[i]!, Math.abs(c));
              });
      size.forEach((n, i) => {
        expect(n).toBeGreaterThanOrEqual(2 * highest[i]! + 1);
        // The rule uses the sphere's extent, which may reach past the last G by less than one step.
        const extent = Math.floor((radius * norm(vectors[i]!)) / (2 * Math.PI) + 1e-10);
        for (let m = 2 * extent + 1; m < n; m++) expect(largestPrime(m)).toBeGreaterThan(5);
      });
    }
});

function largestPrime(n: number): number {
  let largest = 1;
  for (let p = 2; p <= n; p++) while (n % p === 0) [n, largest] = [n / p, p];
  return largest;
}

test("fast grids are products of 2, 3, 5, 7, 11 and 13 on every axis", () => {
  expect(isFastGrid([1, 2310, 13 * 1024])).toBe(true);
  for (const size of [[8, 8, 34], [0, 4, 4], [4, -4, 4], [4.5, 4, 4], [17, 4, 4], [Number.NaN, 4, 4]] as GridSize[]) // biome-ignore format: sizes
    expect(isFastGrid(size)).toBe(false);
});
