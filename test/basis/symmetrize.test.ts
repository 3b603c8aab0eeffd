import { describe, expect, test } from "vitest";
import { createGrid, gridIndex } from "../../src/basis/grid.ts";
import { symmetrizer } from "../../src/basis/symmetrize.ts";
import { random } from "../../src/common/random.ts";
import { dot, type Mat3, matVec, type Vec3 } from "../../src/common/vec3.ts";
import { loadMoyo } from "../../src/io/moyo-node.ts";
import { asFourierField, asRealField, dotReal, type RealField, sumReal } from "../../src/kernels/fields.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { findSymmetry, IDENTITY, type SymmetryOperation } from "../../src/model/symmetry.ts";
import { compatibleWithGrid } from "../../src/model/symmetry-subgroups.ts";
import { close, closeArrays, largestDifference, notTiny } from "../close.ts";

const analyse = await loadMoyo();
const groupOf = (vectors: Mat3, positions: Vec3[], size: GridSize) =>
  compatibleWithGrid(
    findSymmetry(
      createLattice(vectors),
      positions.map((position) => ({ species: 0, position })),
      analyse,
    ),
    size,
  );

const FCC: Mat3 = [[0, 5, 5], [5, 0, 5], [5, 5, 0]]; // biome-ignore format: a matrix
const HEX: Mat3 = [[5, 0, 0], [-2.5, 2.5 * Math.sqrt(3), 0], [0, 0, 8]]; // biome-ignore format: a matrix
const CASES: [string, Mat3, GridSize, SymmetryOperation[]][] = [
  ["diamond on an 8×8×8 grid", FCC, [8, 8, 8], groupOf(FCC, [[0, 0, 0], [0.25, 0.25, 0.25]], [8, 8, 8])],
  ["diamond on an odd grid", FCC, [9, 9, 9], groupOf(FCC, [[0, 0, 0], [0.25, 0.25, 0.25]], [9, 9, 9])],
  ["a hexagonal close packing", HEX, [6, 6, 8], groupOf(HEX, [[1 / 3, 2 / 3, 0.25], [2 / 3, 1 / 3, 0.75]], [6, 6, 8])],
]; // biome-ignore format: cases

const noise = (length: number, seed: number): RealField => {
  const { normal } = random(seed);
  return asRealField(Float64Array.from({ length }, normal));
};

for (const [name, vectors, size, operations] of CASES)
  describe(`the symmetrizer of ${name}`, () => {
    const points = size[0] * size[1] * size[2];
    const symmetrize = symmetrizer(size, operations);
    const projected = (f: RealField) => {
      const out = asRealField(f.slice());
      symmetrize(out);
      return out;
    };

    test("has a group to work with", () => {
      expect(operations.length).toBeGreaterThanOrEqual(12);
    });

    test("changes noise, and changes it once: a projection", () => {
      const once = projected(noise(points, 1));
      notTiny(once, 0.05);
      expect(largestDifference(once, noise(points, 1)).error).toBeGreaterThan(0.5);
      closeArrays(projected(once), once, 1e-14);
    });

    test("keeps the sum and is self-adjoint", () => {
      const [f, g] = [noise(points, 2), noise(points, 3)];
      expect(Math.abs(sumReal(f))).toBeGreaterThan(1);
      close(sumReal(projected(f)), sumReal(f), 1e-12 * points);
      const overlap = dotReal(projected(f), g);
      expect(Math.abs(overlap)).toBeGreaterThan(0.01);
      close(overlap, dotReal(f, projected(g)), 1e-12 * points);
    });

    test("gives functions that every operation maps onto themselves", () => {
      const f = projected(noise(points, 4));
      for (const { rotation, translation } of operations)
        for (let r = 0; r < points; r++) {
          const x: Vec3 = [
            r % size[0],
            Math.floor(r / size[0]) % size[1],
            Math.floor(r / (size[0] * size[1])),
          ];
          const fractional: Vec3 = [x[0] / size[0], x[1] / size[1], x[2] / size[2]];
          const image = matVec(rotation, fractional).map((y, i) =>
            Math.round((y + translation[i]!) * size[i]!),
          );
          const at = gridIndex(size, image[0]!, image[1]!, image[2]!);
          if (f[at] !== f[r]) expect.fail(`point ${r} has ${f[r]}, its image ${at} has ${f[at]}`);
        }
    });

    test("is the mean over (S f)(G) = e^{−iG·w} f(Wᵀ G) for smooth functions", () => {
      const grid = createGrid(createLattice(vectors), size, referenceKernels());
      // Noise below the highest frequencies, where a G and its image must both be on the cube.
      const smooth = grid.toFourier(noise(points, 5));
      const radius2 = 6;
      for (let g = 0; g < points; g++) if (grid.normG2[g]! > radius2) smooth.fill(0, 2 * g, 2 * g + 2);
      const f = grid.toReal(smooth);
      const expected = new Float64Array(2 * points);
      for (let g = 0; g < points; g++) {
        if (grid.normG2[g]! > radius2) continue;
        const n: Vec3 = [grid.gVectors[3 * g]!, grid.gVectors[3 * g + 1]!, grid.gVectors[3 * g + 2]!];
        for (const { rotation, translation } of operations) {
          // Wᵀ is the reciprocal rotation of W⁻¹; columns of W dotted with n.
          const source = [0, 1, 2].map(
            (j) => n[0] * rotation[0][j]! + n[1] * rotation[1][j]! + n[2] * rotation[2][j]!,
          );
          const from = gridIndex(size, source[0]!, source[1]!, source[2]!);
          const phase = -2 * Math.PI * dot(n, translation);
          const [c, s] = [Math.cos(phase) / operations.length, Math.sin(phase) / operations.length];
          expected[2 * g]! += c * smooth[2 * from]! - s * smooth[2 * from + 1]!;
          expected[2 * g + 1]! += c * smooth[2 * from + 1]! + s * smooth[2 * from]!;
        }
      }
      const real = grid.toReal(asFourierField(expected));
      notTiny(real, 1e-2);
      closeArrays(projected(f), real, 1e-13);
    });

    test("treats spin components alike and apart", () => {
      const both = asRealField(Float64Array.of(...noise(points, 6), ...noise(points, 7)));
      symmetrize(both);
      closeArrays(both.subarray(0, points), projected(noise(points, 6)), 0);
      closeArrays(both.subarray(points), projected(noise(points, 7)), 0);
    });
  });

test("the identity alone leaves everything as it is", () => {
  const f = noise(60, 8);
  symmetrizer([3, 4, 5], [IDENTITY])(f);
  expect(f).toEqual(noise(60, 8));
});

test("operations that leave the grid, or are no group on it, are bugs", () => {
  const quarter = { rotation: IDENTITY.rotation, translation: [0.25, 0, 0] as Vec3 };
  expect(() => symmetrizer([6, 4, 4], [IDENTITY, quarter])).toThrow(
    /^bug: symmetrizer: operation leaves the grid/,
  );
  const back = { rotation: IDENTITY.rotation, translation: [0.75, 0, 0] as Vec3 };
  expect(() => symmetrizer([8, 4, 4], [IDENTITY, back])).toThrow(/^bug: symmetrizer: .* not a group/);
});
