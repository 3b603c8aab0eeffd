import { describe, expect, test } from "vitest";
import { createGrid, gridIndex } from "../../src/basis/grid.ts";
import { orbitMean, symmetrizer } from "../../src/basis/symmetrize.ts";
import { random } from "../../src/common/random.ts";
import { dot, type Mat3, matVec, type Vec3 } from "../../src/common/vec3.ts";
import { loadMoyo } from "../../src/io/moyo-node.ts";
import { asFourierField, asRealField, dotReal, type RealField, sumReal } from "../../src/kernels/fields.ts";
import type { GridSize } from "../../src/kernels/kernels.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { compatibleWithGrid } from "../../src/model/crystal-symmetry/symmetry-subgroups.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { findSymmetry, IDENTITY, type SymmetryOperation } from "../../src/model/symmetry.ts";
import { close, closeArrays, largestDifference, notTiny } from "../close.ts";

const analyse = await loadMoyo();
const groupOf = (vectors: Mat3, positions: Vec3[]) =>
  findSymmetry(
    createLattice(vectors),
    positions.map((position) => ({ species: 0, position })),
    analyse,
  );

const FCC: Mat3 = [[0, 5, 5], [5, 0, 5], [5, 5, 0]]; // biome-ignore format: a matrix
const HEX: Mat3 = [[5, 0, 0], [-2.5, 2.5 * Math.sqrt(3), 0], [0, 0, 8]]; // biome-ignore format: a matrix
const DIAMOND = groupOf(FCC, [[0, 0, 0], [0.25, 0.25, 0.25]]); // biome-ignore format: two atoms
const CLOSE_PACKED = groupOf(HEX, [[1 / 3, 2 / 3, 0.25], [2 / 3, 1 / 3, 0.75]]); // biome-ignore format: two atoms
/** Two cells of a simple cubic crystal: half of the longest axis is a translation. */
const TWICE: Mat3 = [[5, 0, 0], [0, 5, 0], [0, 0, 10]]; // biome-ignore format: a matrix
const DOUBLED = groupOf(TWICE, [[0.1, 0.2, 0.3], [0.1, 0.2, 0.8]]); // biome-ignore format: two atoms
const onPoints = (
  name: string,
  vectors: Mat3,
  size: GridSize,
  operations: SymmetryOperation[],
): [string, Mat3, GridSize, SymmetryOperation[]] => [
  name,
  vectors,
  size,
  compatibleWithGrid(operations, size),
];
const CASES: [string, Mat3, GridSize, SymmetryOperation[]][] = [
  onPoints("diamond on an 8×8×8 grid", FCC, [8, 8, 8], DIAMOND),
  onPoints("the operations of diamond that map points of an odd grid to points", FCC, [9, 9, 9], DIAMOND),
  onPoints("a hexagonal close packing", HEX, [6, 6, 8], CLOSE_PACKED),
  ["all of diamond on an odd grid", FCC, [9, 9, 9], DIAMOND],
  ["all of diamond on an even grid it does not fit", FCC, [10, 10, 10], DIAMOND],
  ["a hexagonal close packing with its screw between planes", HEX, [6, 6, 9], CLOSE_PACKED],
  ["a doubled cell, off centre, with half of an odd axis", TWICE, [6, 6, 15], DOUBLED],
];

const noise = (length: number, seed: number): RealField => {
  const { normal } = random(seed);
  return asRealField(Float64Array.from({ length }, normal));
};

for (const [name, vectors, size, operations] of CASES)
  describe(`the symmetrizer of ${name}`, () => {
    const points = size[0] * size[1] * size[2];
    const grid = createGrid(createLattice(vectors), size, referenceKernels());
    const symmetrize = symmetrizer(grid, operations);
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

    test("gives functions that every operation from points to points maps onto themselves", () => {
      const f = projected(noise(points, 4));
      const ofGrid = compatibleWithGrid(operations, size);
      // Where waves are averaged the transforms round.
      const rounding = ofGrid.length === operations.length ? 0 : 1e-14;
      for (const { rotation, translation } of ofGrid)
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
          if (Math.abs(f[at]! - f[r]!) > rounding)
            expect.fail(`point ${r} has ${f[r]}, its image ${at} has ${f[at]}`);
        }
    });

    test("is the mean over (S f)(G) = e^{−iG·w} f(Wᵀ G) for smooth functions", () => {
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

describe("waves averaged with phases", () => {
  const [vectors, size, operations] = [HEX, [6, 6, 9] as GridSize, CLOSE_PACKED];
  const grid = createGrid(createLattice(vectors), size, referenceKernels());

  test("are those of the density of atoms that the group permutes, which does not change", () => {
    const atoms: Vec3[] = [[1 / 3, 2 / 3, 0.25], [2 / 3, 1 / 3, 0.75]]; // biome-ignore format: two atoms
    const sum = grid.toFourier(asRealField(new Float64Array(grid.points)));
    for (let g = 0; g < grid.points; g++)
      for (const atom of atoms) {
        const n: Vec3 = [grid.gVectors[3 * g]!, grid.gVectors[3 * g + 1]!, grid.gVectors[3 * g + 2]!];
        // Below the corners of the cube and the highest frequencies of its even axes.
        if (n.some((x, i) => 2 * Math.abs(x) >= size[i]! || (i < 2 && 2 * Math.abs(n[0] + n[1]) >= 6)))
          continue;
        const shape = Math.exp(-0.3 * grid.normG2[g]!);
        sum[2 * g]! += shape * Math.cos(2 * Math.PI * dot(n, atom));
        sum[2 * g + 1]! -= shape * Math.sin(2 * Math.PI * dot(n, atom));
      }
    const f = grid.toReal(sum);
    const before = f.slice();
    expect(compatibleWithGrid(operations, size).length).toBeLessThan(operations.length);
    symmetrizer(grid, operations)(f);
    notTiny(f, 1);
    closeArrays(f, before, 1e-13);
  });

  test("are the mean over points where a finer grid has them as points", () => {
    // 18 planes hold half of the axis; waves of the coarse grid stay what they are on the fine one.
    const fine = grid.withSize([6, 6, 18]);
    const coarse = grid.toFourier(noise(grid.points, 11));
    for (let g = 0; g < grid.points; g++)
      if ([0, 1].some((i) => Math.abs(grid.gVectors[3 * g + i]!) === 3)) coarse.fill(0, 2 * g, 2 * g + 2);
    const onFine = asFourierField(new Float64Array(2 * fine.points));
    const index = (g: number) =>
      gridIndex(fine.size, grid.gVectors[3 * g]!, grid.gVectors[3 * g + 1]!, grid.gVectors[3 * g + 2]!);
    for (let g = 0; g < grid.points; g++) onFine.set(coarse.subarray(2 * g, 2 * g + 2), 2 * index(g));
    const [f, finer] = [grid.toReal(coarse), fine.toReal(onFine)];
    symmetrizer(grid, operations)(f);
    expect(compatibleWithGrid(operations, fine.size)).toHaveLength(operations.length);
    symmetrizer(fine, operations)(finer);
    const [waves, expected] = [grid.toFourier(f), fine.toFourier(finer)];
    const isWhole = (g: number) => {
      const [x, y] = [grid.gVectors[3 * g]!, grid.gVectors[3 * g + 1]!];
      return [x, y, x + y].every((n) => 2 * Math.abs(n) < 6);
    };
    let compared = 0;
    for (let g = 0; g < grid.points; g++) {
      if (!isWhole(g)) continue;
      close(waves[2 * g]!, expected[2 * index(g)]!, 1e-14);
      close(waves[2 * g + 1]!, expected[2 * index(g) + 1]!, 1e-14);
      if (Math.abs(waves[2 * g]!) > 1e-3) compared++;
    }
    expect(compared).toBeGreaterThan(20);
  });
});

test("the identity alone leaves everything as it is", () => {
  const f = noise(60, 8);
  orbitMean([3, 4, 5], [IDENTITY])(f);
  expect(f).toEqual(noise(60, 8));
});

test("operations that leave the grid, or are no group on it, are bugs", () => {
  const quarter = { rotation: IDENTITY.rotation, translation: [0.25, 0, 0] as Vec3 };
  expect(() => orbitMean([6, 4, 4], [IDENTITY, quarter])).toThrow(
    /^bug: orbitMean: operation leaves the grid/,
  );
  const back = { rotation: IDENTITY.rotation, translation: [0.75, 0, 0] as Vec3 };
  expect(() => orbitMean([8, 4, 4], [IDENTITY, back])).toThrow(/^bug: orbitMean: .* not a group/);
});
