import { describe, expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import type { Vec3 } from "../../src/common/vec3.ts";
import { irreducibleKpoints, monkhorstPack } from "../../src/model/kgrid.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { broadenedStates, edges, interpolatedStates } from "../../src/observables/density-of-states.ts";
import { statesBelow } from "../../src/observables/tetrahedra.ts";

const cube = createLattice([[1, 0, 0], [0, 1, 0], [0, 0, 1]]); // biome-ignore format: a matrix
const skew = createLattice([[1, 0.2, 0], [0.1, 1.3, 0.3], [-0.4, 0.2, 0.9]]); // biome-ignore format: a matrix
const grid = (kgrid: Vec3, bands: ((k: Vec3) => number)[]) => ({
  kgrid,
  representative: Int32Array.from({ length: kgrid[0] * kgrid[1] * kgrid[2] }, (_, i) => i),
  eigenvalues: monkhorstPack(kgrid).map((k) => Float64Array.from(bands, (band) => band(k))),
});
const cosine = ([x, y, z]: Vec3) =>
  -Math.cos(2 * Math.PI * x) - Math.cos(2 * Math.PI * y) - Math.cos(2 * Math.PI * z);
const spaced = (from: number, to: number, n: number) =>
  Float64Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1));

describe("tetrahedra", () => {
  test("count every state of every band once, ascending, on any lattice", () => {
    const energies = spaced(-4, 4.5, 60);
    for (const lattice of [cube, skew]) {
      const counted = statesBelow(lattice, grid([5, 4, 3], [cosine, (k) => cosine(k) + 1]), energies);
      expect(counted[0]).toBe(0);
      expect(counted.at(-1)).toBeCloseTo(2, 12);
      for (let i = 1; i < counted.length; i++)
        expect(counted[i]!).toBeGreaterThanOrEqual(counted[i - 1]! - 1e-14);
    }
  });

  test("of grids with several shifts count the mean of what each counts", () => {
    const energies = spaced(-4, 4, 30);
    const kgrid: Vec3 = [4, 3, 2];
    const shifted = ([x, y, z]: Vec3) => cosine([x + 1 / 8, y + 1 / 6, z + 1 / 4]);
    const each = [grid(kgrid, [cosine]), grid(kgrid, [shifted])];
    const both = {
      kgrid,
      representative: Int32Array.from({ length: 48 }, (_, i) => i),
      eigenvalues: each.flatMap(({ eigenvalues }) => eigenvalues),
    };
    const [one, other] = each.map((bands) => statesBelow(skew, bands, energies)) as [
      Float64Array,
      Float64Array,
    ];
    statesBelow(skew, both, energies).forEach((n, i) => {
      expect(n).toBeCloseTo((one[i]! + other[i]!) / 2, 12);
    });
    expect(Math.max(...one.map((n, i) => Math.abs(n - other[i]!)))).toBeGreaterThan(0.02);
  });

  test("have the exact share of a linear function, whatever its corners: sampled uniformly", () => {
    // One point per axis and four of another make columns of one tetrahedral shape; the share is that of a linear function.
    const stream = random(7);
    for (let trial = 0; trial < 4; trial++) {
      const corner = Float64Array.from({ length: 4 }, () =>
        trial === 3 ? Math.round(2 * stream.uniform()) : stream.uniform(),
      );
      // A grid of 1×1×4 whose boxes are flat: every tetrahedron has corners e_j, e_j+1 only.
      const bands = {
        kgrid: [1, 1, 4] as Vec3,
        representative: [0, 1, 2, 3],
        eigenvalues: Array.from(corner, (e) => [e]),
      };
      const at = spaced(-0.05, 2.07, 23);
      const counted = statesBelow(cube, bands, at);
      at.forEach((energy, i) => {
        let share = 0;
        for (let j = 0; j < 4; j++) {
          const [a, b] = [corner[j]!, corner[(j + 1) % 4]!].sort((p, q) => p - q) as [number, number];
          share += (energy >= b ? 1 : energy <= a ? 0 : (energy - a) / (b - a)) / 4;
        }
        expect(counted[i]).toBeCloseTo(share, 10);
      });
    }
  });

  test("half of the cosine band is below zero, and its variance is 3/2 up to the error h² of linear interpolation", () => {
    const variance = (n: number) => {
      const energies = spaced(-3.2, 3.2, 801);
      const { density, integrated } = interpolatedStates(cube, grid([n, n, n], [cosine]), 1, energies);
      expect(integrated.at(-1)).toBeCloseTo(1, 12);
      expect(statesBelow(cube, grid([n, n, n], [cosine]), [0])[0]).toBeCloseTo(0.5, 10); // ε(k + ½) = −ε(k) on even grids
      return density.reduce((sum, d, i) => sum + d * energies[i]! ** 2 * (energies[1]! - energies[0]!), 0);
    };
    const errors = [6, 12].map((n) => 1.5 - variance(n));
    expect(errors[1]!).toBeGreaterThan(0);
    expect(errors[0]! / errors[1]!).toBeGreaterThan(3.5);
    expect(errors[0]! / errors[1]!).toBeLessThan(4.5);
  });

  test("free electrons have √ε: within three percent, the error h² of chords under a parabola", () => {
    const parabola = (k: Vec3) => 0.5 * (2 * Math.PI) ** 2 * (k[0] ** 2 + k[1] ** 2 + k[2] ** 2);
    const energies = spaced(0, 4.5, 46);
    const counted = statesBelow(cube, grid([24, 24, 24], [parabola]), energies);
    for (const [i, energy] of energies.entries())
      if (energy > 1) {
        const ratio = counted[i]! / ((2 * energy) ** 1.5 / (6 * Math.PI ** 2));
        expect(Math.abs(ratio - 1)).toBeLessThan(0.03);
      }
  });

  test("irreducible points stand for the grid they came from", () => {
    const inversion = { rotation: [[-1, 0, 0], [0, -1, 0], [0, 0, -1]], translation: [0, 0, 0] } as never; // biome-ignore format: an operation
    const { kpoints, representative } = irreducibleKpoints(
      [4, 3, 2],
      [0, 0, 0],
      [
        { rotation: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], translation: [0, 0, 0] } as never, // biome-ignore format: an operation
        inversion,
      ],
    );
    expect(kpoints.length).toBeLessThan(24);
    const eigenvalues = kpoints.map(({ k }) => [cosine(k)]);
    const energies = spaced(-3.1, 3.1, 40);
    const reduced = statesBelow(skew, { kgrid: [4, 3, 2], representative, eigenvalues }, energies);
    const whole = statesBelow(skew, grid([4, 3, 2], [cosine]), energies);
    reduced.forEach((n, i) => {
      expect(n).toBeCloseTo(whole[i]!, 12);
    });
  });
});

describe("Gaussians", () => {
  const levels = [
    { weight: 0.25, eigenvalues: Float64Array.of(-1, 0.5) },
    { weight: 0.75, eigenvalues: Float64Array.of(-0.7, 0.6) },
  ];
  test("are normalised, and as high as the formula says", () => {
    const energies = spaced(-2, 2, 4001);
    const { density, integrated } = broadenedStates(levels, 2, 0.1, energies);
    expect(integrated.at(-1)).toBeCloseTo(4, 10);
    const g = (x: number) => Math.exp(-((x / 0.1) ** 2)) / (0.1 * Math.sqrt(Math.PI));
    const at = 1000; // −1
    const expected = 2 * (0.25 * g(0) + 0.75 * g(0.3));
    expect(density[at]! / expected).toBeCloseTo(1, 4); // the mean over an interval differs by (h/T)²/12
    expect(edges([0, 1])).toEqual(Float64Array.of(-0.5, 0.5, 1.5));
  });
});
