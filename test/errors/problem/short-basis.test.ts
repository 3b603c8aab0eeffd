import { expect, test } from "vitest";
import { findGth } from "../../../src/atoms/gth/gth-table.ts";
import {
  add,
  cross,
  dot,
  inverse,
  type Mat3,
  matMul,
  matVec,
  rowsVec,
  scale,
  transpose,
  type Vec3,
} from "../../../src/common/vec3.ts";
import { gridConvolution } from "../../../src/errors/apply/grid-convolution.ts";
import { type BandProposal, certifyBands } from "../../../src/errors/certify/certify-bands.ts";
import { encloseBands } from "../../../src/errors/enclose/enclose-bands.ts";
import { encloseProblem, waveSet } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import type { ExactProblem } from "../../../src/errors/problem/exact-problem.ts";
import type { FourierCoefficient } from "../../../src/errors/problem/mesh-potential.ts";
import { encloseReciprocal, planeWavesBelow } from "../../../src/errors/problem/reciprocal.ts";
import { placesOf, shortBasis } from "../../../src/errors/problem/short-basis.ts";
import { exact } from "../../../src/interval/sides.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { reducedBasis } from "../../../src/model/crystal-symmetry/lattice-symmetry.ts";

const kernels = wasmKernelsSync();
/** Eighths, so that a change of basis by whole numbers is exact. */
const PLAIN: Mat3 = [
  [4.125, 0, 0],
  [0.375, 4.25, 0],
  [-0.25, 0.125, 4.5],
];
const U: Mat3 = [
  [1, 0, 0],
  [4, 1, 0],
  [-3, 2, -1],
];
const BACK = inverse(U).map((row) => row.map((x) => Math.round(x) + 0)) as unknown as Mat3;
const OBLIQUE = matMul(U, PLAIN);
const K: Vec3 = [0.125, -0.25, 0.375];
const [re, im] = [0.05, -0.02];
const pair = (g: Vec3): FourierCoefficient[] => [
  { g, re, im },
  { g: g.map((n) => 0 - n) as unknown as Vec3, re, im: -im },
];
const problemOf = (lattice: Mat3, position: Vec3, g: Vec3): ExactProblem => ({
  kind: "frozen",
  lattice,
  atoms: [{ potential: findGth("Si", "gth-lda"), position }],
  coefficients: pair(g),
});
const POSITION: Vec3 = [0.125, 0.25, -0.375];
const plain = encloseProblem(problemOf(PLAIN, POSITION, [1, -1, 2]));
// r = τ a = τ U⁻¹ (U a), n ↦ U n and k ↦ U k
const oblique = encloseProblem(problemOf(OBLIQUE, rowsVec(BACK, POSITION), matVec(U, [1, -1, 2])));
const obliqueK = matVec(U, K);

test("an oblique basis gets short vectors by whole numbers, a short one is left as it is", () => {
  expect(oblique.reciprocal.short.isStated).toBe(false);
  const { to, from } = shortBasis(OBLIQUE);
  expect(matMul(to, from)).toEqual([[1, 0, 0], [0, 1, 0], [0, 0, 1]]); // biome-ignore format: a matrix
  expect(plain.reciprocal.short.isStated).toBe(true);
  const g = new Int32Array(6);
  expect(placesOf(g, plain.reciprocal.short)).toBe(g);
  const fcc: Mat3 = [[0, 5, 5], [5, 0, 5], [5, 5, 0]]; // biome-ignore format: a matrix
  expect(shortBasis(fcc).isStated).toBe(true);
});

// Seen red: multiples subtracted one by one: 8 s, and their roundings moved the second vector by 1.6e-4 bohr.
test("a basis with large multiples of a short vector is reduced at once; too large whole numbers leave it as stated", () => {
  const long: Mat3 = [[0.1, 0, 0], [1e6, 1, 0], [0, 0, 1]]; // biome-ignore format: a matrix
  expect(reducedBasis(long)).toEqual([[0.1, 0, 0], [0, 1, 0], [0, 0, 1]]); // biome-ignore format: a matrix
  const needle: Mat3 = [[1e-6, 0, 0], [-999999.3, 1, 0], [3, 999999.1, -1e4]]; // biome-ignore format: a matrix
  for (const lattice of [long, needle]) expect(shortBasis(lattice).isStated).toBe(true);
  const [a, b, c] = reducedBasis(needle);
  expect(Math.abs(dot(a, cross(b, c)))).toBeCloseTo(0.01, 8);
  const sheared: Mat3 = [PLAIN[0], add(PLAIN[1], scale(-997, PLAIN[0])), PLAIN[2]];
  expect(shortBasis(sheared).to[1]).toEqual([997, 1, 0]);
});

// Seen red: U in place of U⁻¹ on the way back, U k left out, the covering radius by U⁻¹ untransposed.
test("the waves below a cutoff are all there are, in boxes as small as those of the short basis", () => {
  const { waves } = waveSet(oblique, obliqueK, 6);
  const own = waveSet(plain, K, 6).waves;
  const labels = (g: Int32Array) =>
    Array.from({ length: g.length / 3 }, (_, i) => g.subarray(3 * i, 3 * i + 3).join()).sort();
  const images = Array.from({ length: own.count }, (_, i) => matVec(U, [...own.g.subarray(3 * i, 3 * i + 3)] as unknown as Vec3)); // biome-ignore format: a list
  expect(labels(waves.g)).toEqual(labels(Int32Array.from(images.flat())));
  expect(Math.abs(waves.outside - own.outside)).toBeLessThan(1e-12);
  const away = waveSet(oblique, obliqueK.map((x, i) => x + [30, -50, 70][i]!) as unknown as Vec3, 6).waves;
  expect(away.count).toBe(own.count);
  expect(Math.max(...away.kinetic.map((x, i) => Math.abs(x - own.kinetic[i]!)))).toBeLessThan(1e-11);
  const largest = (g: Int32Array) => Math.max(...g.map(Math.abs));
  expect(largest(waves.places)).toBeLessThanOrEqual(largest(own.g) + 1);
  expect(largest(waves.g)).toBeGreaterThan(2 * largest(own.g));
  expect(oblique.reciprocal.coveringRadius).toBeLessThan(1.5 * plain.reciprocal.coveringRadius);
  const { table } = oblique;
  for (let e = 0; e < table.count; e++)
    expect(table.indexOf(table.g[3 * e]!, table.g[3 * e + 1]!, table.g[3 * e + 2]!)).toBe(e);
  const size = kernels.scratch(
    (take) => gridConvolution(kernels, oblique.table, waves, waves.count, take).size,
  );
  const same = kernels.scratch((take) => gridConvolution(kernels, plain.table, own, own.count, take).size);
  expect(size[0] * size[1] * size[2]).toBeLessThanOrEqual(1.5 * same[0] * same[1] * same[2]);
});

// Seen red: a radius of 0.6 of it.
test("no point is farther from the reciprocal lattice than the covering radius says", () => {
  const { vectors, coveringRadius } = encloseReciprocal(OBLIQUE);
  const b = vectors.map((row) => row.map(({ lo }) => lo)) as unknown as Mat3;
  const short = matMul(transpose(shortBasis(OBLIQUE).from), b);
  let farthest = 0;
  for (let i = 0; i < 1000; i++) {
    const point = rowsVec(short, [(i % 10) / 10, (Math.floor(i / 10) % 10) / 10, Math.floor(i / 100) / 10]);
    let nearest = Infinity;
    for (let x = -2; x <= 3; x++)
      for (let y = -2; y <= 3; y++)
        for (let z = -2; z <= 3; z++) {
          const at = rowsVec(short, [x, y, z]);
          nearest = Math.min(nearest, Math.hypot(...at.map((c, axis) => c - point[axis]!)));
        }
    farthest = Math.max(farthest, nearest);
  }
  expect(farthest).toBeLessThanOrEqual(coveringRadius);
  expect(farthest).toBeGreaterThan(0.5 * coveringRadius);
});

// Seen red: places of the potential left as they are stated, so that its coefficients meet waves of others.
test("intervals of the same crystal in either basis hold the same levels, and either certificate stands", () => {
  const proposals: BandProposal[] = [];
  const options = { ecut: 6, accuracy: 1e-6 };
  const ours = encloseBands(kernels, plain, K, 3, options);
  const theirs = encloseBands(kernels, oblique, obliqueK, 3, {
    ...options,
    onProved: (p) => proposals.push(p),
  });
  if (!Array.isArray(ours) || !Array.isArray(theirs)) return expect.fail("no proof");
  ours.forEach(({ lower, upper }, i) => {
    expect(Math.max(lower, theirs[i]!.lower)).toBeLessThanOrEqual(Math.min(upper, theirs[i]!.upper));
    expect(theirs[i]!.upper - theirs[i]!.lower).toBeLessThanOrEqual(1e-6);
  });
  expect(Array.isArray(certifyBands(kernels, oblique, proposals.at(-1)!, 3))).toBe(true);
});

test("waves whose labels no whole number of 32 bits holds are refused", () => {
  const { reciprocal } = oblique;
  const back = reciprocal.short.from.map((row) => row.map((x) => 500 * x)) as unknown as Mat3;
  const long = [exact(1e5), exact(0.1), exact(0.1)];
  const wrong = { ...reciprocal, lengthsOver2Pi: long, short: { ...reciprocal.short, from: back } };
  expect(() => planeWavesBelow(wrong, [0, 0, 0], 50)).toThrow(/cutoff: must leave reduced vectors below 2³¹/);
});
