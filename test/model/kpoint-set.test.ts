import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Mat3, matVec, type Vec3 } from "../../src/common/vec3.ts";
import { loadMoyo } from "../../src/io/moyo-node.ts";
import { latticePointGroup } from "../../src/model/crystal-symmetry/lattice-symmetry.ts";
import { reciprocalRotation } from "../../src/model/crystal-symmetry/symmetry-subgroups.ts";
import { irreducibleKpoints, monkhorstPack, spacedKgrid } from "../../src/model/kgrid.ts";
import { chooseKpoints, kpointClasses, wholeSampling } from "../../src/model/kpoint-set.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { findSymmetry, IDENTITY, type SymmetryOperation } from "../../src/model/symmetry.ts";
import { close } from "../close.ts";

interface PwxCounts {
  readonly lattices: Readonly<Record<string, Mat3>>;
  readonly crystals: Readonly<Record<string, { lattice: string; atoms: [string, Vec3][] }>>;
  readonly counts: readonly {
    crystal: string;
    kgrid: Vec3;
    kshift: Vec3;
    kpoints: number;
    operations: number;
  }[];
}
/** What pw.x prints for each Bravais lattice with one atom, and for five crystals; made by pwx-kpoints.py. */
const PWX = JSON.parse(readFileSync("test/fixtures/model/pwx-kpoints.json", "utf8")) as PwxCounts;

const moyo = await loadMoyo();
const known = new Map<string, ReturnType<typeof analysed>>();
const crystalOf = (name: string) => {
  const crystal = known.get(name) ?? analysed(name);
  known.set(name, crystal);
  return crystal;
};
const analysed = (name: string) => {
  const { lattice, atoms } = PWX.crystals[name]!;
  const elements = atoms.map(([element]) => element);
  const vectors = PWX.lattices[lattice]!;
  return {
    vectors,
    operations: findSymmetry(
      createLattice(vectors),
      atoms.map(([element, position]) => ({ species: elements.indexOf(element), position })),
      moyo,
    ),
  };
};
const setOf = (name: string, kgrid: Vec3, kshifts: readonly Vec3[]) => {
  const { vectors, operations } = crystalOf(name);
  return chooseKpoints({ kgrid, kshifts }, { operations, lattice: () => latticePointGroup(vectors) });
};

/** Σ w exp(2πi R·k) over a set and its images: what a set gives for a lattice-periodic function of k. */
function waveOf(
  points: readonly { k: Vec3; weight: number }[],
  operations: readonly SymmetryOperation[],
  R: Vec3,
): number {
  const rotations = [...new Map(operations.map((op) => [op.rotation.join(), op.rotation])).values()];
  let sum = 0;
  for (const { k, weight } of points)
    for (const rotation of rotations) {
      const [x, y, z] = matVec(reciprocalRotation(rotation), k);
      sum += (weight * Math.cos(2 * Math.PI * (R[0] * x + R[1] * y + R[2] * z))) / rotations.length;
    }
  return sum;
}

describe("as many k-points as pw.x", () => {
  for (const name of Object.keys(PWX.crystals))
    test(`${name}: every half-shifted grid`, () => {
      const { operations } = crystalOf(name);
      const isLower = !["diamond", "zincblende", "hcp", ...Object.keys(PWX.lattices)].includes(name);
      const cases = PWX.counts.filter(({ crystal }) => crystal === name);
      expect(cases.length).toBe(16);
      for (const { kgrid, kshift, kpoints } of cases) {
        const set = setOf(name, kgrid, [kshift]);
        // A grid that the crystal keeps is taken as it is; pw.x makes it symmetric under all rotations of the lattice as well.
        const isKept = set.kept === operations.length && isLower;
        const expected = isKept ? irreducibleKpoints(kgrid, kshift, operations).kpoints.length : kpoints;
        expect([kgrid, kshift, set.kpoints.length]).toEqual([kgrid, kshift, expected]);
        expect(set.kpoints.length).toBeLessThanOrEqual(kpoints);
      }
      // pw.x leaves out translations that its FFT grid misses.
      const found = new Set(operations.map(({ rotation }) => rotation.join())).size;
      expect(isLower || found === cases[0]!.operations).toBe(true);
      expect(found).toBeGreaterThanOrEqual(cases[0]!.operations);
    });
});

test("the set is the mean of the grid over the rotations of the lattice", () => {
  for (const [name, kgrid, kshift] of [
    ["cF", [2, 2, 2], [0.5, 0.5, 0.5]],
    ["cF", [3, 2, 3], [0, 0, 0]],
    ["hP", [2, 2, 2], [0.5, 0, 0.5]],
    ["hR", [2, 3, 2], [0, 0.3, 0]],
    ["zincblende", [2, 2, 1], [0.5, 0.5, 0]],
    ["chain on hP", [4, 3, 2], [0.5, 0, 0]],
  ] as [string, Vec3, Vec3][]) {
    const { vectors, operations } = crystalOf(name);
    const lattice = latticePointGroup(vectors).map((rotation) => ({ ...IDENTITY, rotation }));
    const set = setOf(name, kgrid, [kshift]);
    const grid = monkhorstPack(kgrid, kshift).map((k, _, all) => ({ k, weight: 1 / all.length }));
    close(
      set.kpoints.reduce((sum, { weight }) => sum + weight, 0),
      1,
      1e-14,
    );
    expect(set.operations).toEqual(operations);
    for (const R of [[1, 0, 0], [0, 2, 1], [1, -1, 2], [3, 0, 1]] as Vec3[]) // biome-ignore format: vectors
      close(waveOf(set.kpoints, set.operations, R), waveOf(grid, lattice, R), 1e-14, `${name} ${R}`);
  }
});

test("grids with the crystal's symmetry keep their points, weights and order", () => {
  for (const [name, kgrid, kshift] of [
    ["cF", [4, 4, 4], [0, 0, 0]],
    ["cP", [4, 4, 4], [0.5, 0.5, 0.5]],
    ["hP", [3, 3, 2], [0, 0, 0.5]],
    ["aP", [2, 3, 2], [0.5, 0, 0.5]],
  ] as [string, Vec3, Vec3][]) {
    const { operations } = crystalOf(name);
    const set = setOf(name, kgrid, [kshift]);
    expect(set.kpoints).toEqual(irreducibleKpoints(kgrid, kshift, operations).kpoints);
    expect(set).toMatchObject({ whole: kgrid[0] * kgrid[1] * kgrid[2], kept: operations.length });
  }
});

test("the bare grid keeps its points and the operations that keep it", () => {
  const { operations } = crystalOf("cF");
  const bare = chooseKpoints(
    { kgrid: [2, 2, 2], kshifts: [[0.5, 0.5, 0.5]] },
    { operations, kgridSymmetry: "none" },
  );
  expect(bare.kpoints).toHaveLength(2); // (1/4,1/4,1/4) and (1/4,1/4,−1/4) with their kind
  expect(bare.operations).toHaveLength(12);
  expect(bare.whole).toBe(8);
  const list = chooseKpoints(
    { list: [{ k: [0.25, 0, 0], weight: 1 }] },
    { operations, kgridSymmetry: "none" },
  );
  expect(list.kpoints).toEqual([{ k: [0.25, 0, 0], weight: 1 }]);
  // (1/4, 0, 0) lies on the threefold axis Γ-L of fcc.
  expect(list.operations).toHaveLength(6);
});

test("four shifts make fcc's grid of (1/2, 1/2, 1/2) symmetric: the special points of Monkhorst and Pack", () => {
  // The conventional cube's 4³ grid, seen from the primitive cell: ABINIT's usual shiftk.
  const kshifts = [[0.5, 0.5, 0.5], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]] as Vec3[]; // biome-ignore format: vectors
  const set = setOf("cF", [2, 2, 2], kshifts);
  expect(set.kept).toBe(48);
  expect(set.kpoints.map(({ weight }) => Math.round(weight * 32))).toEqual([8, 24]); // Chadi and Cohen's two
  expect(setOf("cF", [4, 4, 4], kshifts).kpoints).toHaveLength(10);
  // A point in two of the grids counts twice.
  const twice = setOf("aP", [1, 1, 1], [[0, 0, 0], [0, 0, 0], [0.5, 0, 0]]); // biome-ignore format: vectors
  expect(twice.kpoints.map(({ weight }) => weight)).toEqual([2 / 3, 1 / 3]);
});

test("a list is reduced by the crystal's operations, and what a grid was reduced to gives the same set", () => {
  const { operations } = crystalOf("cF");
  const grid = setOf("cF", [2, 2, 2], [[0.5, 0.5, 0.5]]);
  const list = chooseKpoints(
    { list: grid.kpoints.map(({ k, weight }) => ({ k, weight: 7 * weight })) },
    { operations },
  );
  expect(list.kpoints.map(({ k }) => k)).toEqual(grid.kpoints.map(({ k }) => k));
  list.kpoints.forEach(({ weight }, i) => void close(weight, grid.kpoints[i]!.weight, 1e-15));
  const whole = chooseKpoints(
    { list: monkhorstPack([4, 4, 4]).map((k) => ({ k, weight: 1 })) },
    { operations },
  );
  const reduced = irreducibleKpoints([4, 4, 4], [0, 0, 0], operations).kpoints;
  expect(whole.kpoints.map(({ k }) => k)).toEqual(reduced.map(({ k }) => k));
  for (const list of [[{ k: [0, 0, 0], weight: 0 }], [{ k: [0, 0, 0], weight: -1 }]] as {
    k: Vec3;
    weight: number;
  }[][])
    expect(() => chooseKpoints({ list }, { operations })).toThrow("kpoints: must be points with weights");
});

test("classes of k-points are orbits under all operations, also where a grid is not kept", () => {
  const { operations } = crystalOf("cF");
  const even = kpointClasses({ kgrid: [4, 4, 4], kshifts: [[0, 0, 0]] }, operations);
  const known = irreducibleKpoints([4, 4, 4], [0, 0, 0], operations);
  expect(even.kpoints).toEqual(known.kpoints);
  expect([...even.representative]).toEqual([...known.representative]);
  const shifted = kpointClasses({ kgrid: [2, 2, 2], kshifts: [[0.5, 0.5, 0.5]] }, operations);
  expect(shifted.kpoints).toHaveLength(2);
  expect([...shifted.representative].filter((c) => c === 0)).toHaveLength(2);
  // Both together are every other point of a grid of twice the divisions.
  const kshifts: Vec3[] = [[0, 0, 0], [0.5, 0.5, 0.5]]; // biome-ignore format: vectors
  const both = kpointClasses({ kgrid: [2, 2, 2], kshifts }, operations);
  const alone = kpointClasses({ kgrid: [2, 2, 2], kshifts: [[0, 0, 0]] }, operations);
  expect([...both.representative.subarray(0, 8)]).toEqual([...alone.representative]);
  expect([...both.representative.subarray(8)]).toEqual(
    [...shifted.representative].map((c) => c + alone.kpoints.length),
  );
  const list = kpointClasses({ list: both.kpoints }, operations);
  expect(list.kpoints).toEqual(both.kpoints);
});

test("a spacing gives the fewest divisions that are as close, equal along axes that an operation exchanges", () => {
  const cube = createLattice([[10, 0, 0], [0, 10, 0], [0, 0, 20]]); // biome-ignore format: a matrix
  // 2π/10 bohr⁻¹ = 1.1874 Å⁻¹
  expect(spacedKgrid(cube, 0.3)).toEqual([4, 4, 2]);
  expect(spacedKgrid(cube, 1.1874)).toEqual([1, 1, 1]);
  expect(spacedKgrid(cube, 1.187)).toEqual([2, 2, 1]);
  const { vectors, operations } = crystalOf("oI");
  const lattice = createLattice(vectors);
  const uneven = spacedKgrid(lattice, 0.45);
  const even = spacedKgrid(lattice, 0.45, operations);
  expect(new Set(uneven).size).toBeGreaterThan(1);
  expect(new Set(even).size).toBe(1);
  even.forEach((n, i) => void expect(n).toBeGreaterThanOrEqual(uneven[i]!));
});

// Seen red: weights not shared among images; −k as a point of its own.
test("the whole sampling behind a reduced one has every point of the grid, k and −k once", () => {
  for (const name of Object.keys(PWX.crystals)) {
    const { operations } = crystalOf(name);
    for (const kgrid of [[2, 2, 2], [3, 3, 3]] as const) {
      const choice = { kgrid, kshifts: [[0, 0, 0] as const] };
      const reduced = chooseKpoints(choice, { operations, kgridSymmetry: "none" });
      const whole = wholeSampling(reduced);
      const classes = kpointClasses(choice, [IDENTITY]).kpoints;
      const text = (k: Vec3) => k.map((x) => ((x + 2.001) % 1).toFixed(2)).join();
      const key = (k: Vec3) => [text(k), text(k.map((x) => -x) as unknown as Vec3)].sort().join(" ");
      const weights = (points: readonly { k: Vec3; weight: number }[]) =>
        points.map(({ k, weight }) => `${key(k)} ${weight.toFixed(9)}`).sort();
      expect(weights(whole), name).toEqual(weights(classes));
    }
  }
}); // biome-ignore format: cases
