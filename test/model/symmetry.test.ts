import { expect, test } from "vitest";
import { random } from "../../src/common/random.ts";
import {
  add,
  det,
  type Mat3,
  mapVec,
  matMul,
  matVec,
  rowsVec,
  transpose,
  type Vec3,
} from "../../src/common/vec3.ts";
import { loadMoyo } from "../../src/io/moyo-node.ts";
import { primitiveCell } from "../../src/model/crystal-symmetry/primitive-cell.ts";
import {
  compatibleWithGrid,
  reciprocalRotation,
} from "../../src/model/crystal-symmetry/symmetry-subgroups.ts";
import { createLattice, type Lattice } from "../../src/model/lattice.ts";
import type { Atom } from "../../src/model/model.ts";
import {
  composed,
  findSymmetry,
  IDENTITY,
  isSameOperation,
  type SymmetryAnalyser,
  type SymmetryOperation,
} from "../../src/model/symmetry.ts";
import { close } from "../close.ts";

const moyo = await loadMoyo();

interface Crystal {
  readonly name: string;
  readonly lattice: Lattice;
  readonly atoms: readonly Atom[];
  /** Order of the space group of the cell. */
  readonly order: number;
}

const crystal = (
  name: string,
  vectors: Mat3,
  atoms: readonly (readonly [number, Vec3])[],
  order: number,
): Crystal => ({
  name,
  lattice: createLattice(vectors),
  atoms: atoms.map(([species, position]) => ({ species, position })),
  order,
});

const fcc: Mat3 = [
  [0, 5.13, 5.13],
  [5.13, 0, 5.13],
  [5.13, 5.13, 0],
];
const hexagonal: Mat3 = [
  [6, 0, 0],
  [-3, 3 * Math.sqrt(3), 0],
  [0, 0, 9.8],
];
const cubic: Mat3 = [
  [7.6, 0, 0],
  [0, 7.6, 0],
  [0, 0, 7.6],
];
const crystals: readonly Crystal[] = [
  crystal(
    "diamond",
    fcc,
    [
      [0, [0.125, 0.125, 0.125]],
      [0, [-0.125, -0.125, -0.125]],
    ],
    48,
  ),
  crystal(
    "diamond, origin on an atom",
    fcc,
    [
      [0, [0, 0, 0]],
      [0, [0.25, 0.25, 0.25]],
    ],
    48,
  ),
  crystal(
    "zincblende",
    fcc,
    [
      [0, [0, 0, 0]],
      [1, [0.25, 0.25, 0.25]],
    ],
    24,
  ),
  crystal(
    "hcp",
    hexagonal,
    [
      [0, [1 / 3, 2 / 3, 0.25]],
      [0, [2 / 3, 1 / 3, 0.75]],
    ],
    24,
  ),
  crystal(
    "wurtzite",
    hexagonal,
    [
      [0, [1 / 3, 2 / 3, 0]],
      [0, [2 / 3, 1 / 3, 0.5]],
      [1, [1 / 3, 2 / 3, 0.38]],
      [1, [2 / 3, 1 / 3, 0.88]],
    ],
    12,
  ),
  crystal(
    "fcc in its cube",
    cubic,
    [
      [0, [0, 0, 0]],
      [0, [0, 0.5, 0.5]],
      [0, [0.5, 0, 0.5]],
      [0, [0.5, 0.5, 0]],
    ],
    192,
  ),
  crystal(
    "left-handed perovskite",
    [cubic[0], cubic[2], cubic[1]],
    [
      [0, [0, 0, 0]],
      [1, [0.5, 0.5, 0.5]],
      [2, [0, 0.5, 0.5]],
      [2, [0.5, 0, 0.5]],
      [2, [0.5, 0.5, 0]],
    ],
    48,
  ),
  crystal(
    "triclinic with inversion",
    [
      [5, 0.3, 0.2],
      [0.7, 6, -0.4],
      [-0.5, 0.9, 7],
    ],
    [
      [0, [0.1, 0.2, 0.3]],
      [0, [-0.1, -0.2, -0.3]],
    ],
    2,
  ),
  crystal(
    "no symmetry",
    [
      [5, 0.3, 0.2],
      [0.7, 6, -0.4],
      [-0.5, 0.9, 7],
    ],
    [
      [0, [0.1, 0.2, 0.3]],
      [0, [0.6, 0.1, 0.8]],
      [1, [0.35, 0.77, 0.05]],
    ],
    1,
  ),
];

const distance = ({ vectors }: Lattice, a: Vec3, b: Vec3) =>
  Math.hypot(...rowsVec(vectors, a.map((x, i) => x - b[i]! - Math.round(x - b[i]!)) as unknown as Vec3));

const maps = (
  lattice: Lattice,
  atoms: readonly Atom[],
  { rotation, translation }: SymmetryOperation,
  tolerance: number,
) =>
  atoms.every(({ species, position, magneticMoment }) => {
    const image = add(matVec(rotation, position), translation);
    return atoms.some(
      (other) =>
        other.species === species &&
        other.magneticMoment === magneticMoment &&
        distance(lattice, image, other.position) < tolerance,
    );
  });

/** All matrices with entries −1, 0, 1 and determinant ±1. */
const unimodular: Mat3[] = [];
for (let code = 0; code < 3 ** 9; code++) {
  const e = Array.from({ length: 9 }, (_, i) => (Math.floor(code / 3 ** i) % 3) - 1);
  const m = [e.slice(0, 3), e.slice(3, 6), e.slice(6, 9)] as unknown as Mat3;
  if (Math.abs(det(m)) === 1) unimodular.push(m);
}

/** All symmetries by trying: W with entries −1, 0, 1 (enough for these cells) that keeps the metric; w from pairs of atoms. */
function bruteForce({ lattice, atoms }: Crystal): SymmetryOperation[] {
  const metric = matMul(lattice.vectors, transpose(lattice.vectors));
  const found: SymmetryOperation[] = [];
  for (const rotation of unimodular) {
    const image = matMul(transpose(rotation), matMul(metric, rotation));
    if (image.some((row, i) => row.some((value, j) => Math.abs(value - metric[i]![j]!) > 1e-6))) continue;
    for (const { position } of atoms) {
      const start = matVec(rotation, atoms[0]!.position);
      const operation = { rotation, translation: position.map((x, i) => x - start[i]!) as unknown as Vec3 };
      if (maps(lattice, atoms, operation, 1e-5) && !found.some((other) => isSameOperation(other, operation)))
        found.push(operation);
    }
  }
  return found;
}

test.each(crystals)(
  "$name: the operations are those found by trying all, and a group that starts with 1",
  (c) => {
    const operations = findSymmetry(c.lattice, c.atoms, moyo);
    expect(operations.length).toBe(c.order);
    expect(isSameOperation(operations[0]!, IDENTITY)).toBe(true);
    const expected = bruteForce(c);
    expect(expected.length).toBe(c.order);
    for (const operation of expected)
      expect(operations.some((other) => isSameOperation(operation, other))).toBe(true);
    for (const a of operations) {
      expect(maps(c.lattice, c.atoms, a, 1e-6)).toBe(true);
      expect(a.translation.every((t) => t >= 0 && t < 1)).toBe(true);
      expect(Math.abs(det(a.rotation))).toBe(1);
      for (const b of operations.slice(1, 4))
        expect(operations.some((other) => isSameOperation(composed(a, b), other))).toBe(true);
    }
  },
);

test("a supercell has the pure translations of its primitive cell", () => {
  const count = 10;
  const layers = Array.from({ length: count }, (_, i) =>
    (
      [
        [0, 0, 0],
        [0, 0.5, 0.5],
        [0.5, 0, 0.5],
        [0.5, 0.5, 0],
      ] as const
    ).map(([x, y, z]): Atom => ({ species: 0, position: [x, y, (z + i) / count] })),
  ).flat();
  const lattice = createLattice([cubic[0], cubic[1], [0, 0, 7.6 * count]]);
  const operations = findSymmetry(lattice, layers, moyo);
  expect(operations.length).toBe(16 * 4 * count);
  expect(operations.filter(({ rotation }) => rotation.join() === IDENTITY.rotation.join()).length).toBe(
    4 * count,
  );
});

/** Silicon's cube repeated, every atom moved by less than a distance [bohr]. */
const repeatedSilicon = (n: number, noise = 0) => {
  const { uniform } = random(3);
  const moved = (x: number) => x / n + (noise * (uniform() - 0.5)) / (10.26 * n);
  const cells = Array.from({ length: n ** 3 }, (_, i): Vec3 => [i % n, Math.floor(i / n) % n, Math.floor(i / n ** 2)]); // biome-ignore format: a list
  const sites = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]] as const; // biome-ignore format: a list
  const positions = cells.flatMap((cell) =>
    [0, 0.25].flatMap((shift) => sites.map((site) => mapVec(add(cell, site), (x) => moved(x + shift)))),
  );
  const edge = 10.26 * n;
  const vectors: Mat3 = [[edge, 0, 0], [0, edge, 0], [0, 0, edge]]; // biome-ignore format: a matrix
  return { vectors, positions, kinds: positions.map(() => 1) };
};

test.each([0, 1e-5])("a supercell moved by %s bohr has the operations of its primitive cell", (noise) => {
  const n = 2;
  const { vectors, positions, kinds } = repeatedSilicon(n, noise);
  const primitive = primitiveCell(vectors, positions, kinds, 1e-4, 9);
  expect(primitive?.positions).toHaveLength(2);
  expect(Math.abs(det(primitive!.vectors)) * 4 * n ** 3).toBeCloseTo(Math.abs(det(vectors)), 6);
  const operations = moyo(vectors, positions, kinds, 1e-4);
  expect(operations).toHaveLength(48 * 4 * n ** 3);
  expect(moyo.spaceGroup!(vectors, positions, kinds, 1e-4)).toEqual({ number: 227, spaceGroup: "Fd-3m" });
  const atoms = positions.map((position) => ({ species: 0, position }));
  const lattice = createLattice(vectors);
  expect(operations.every((operation) => maps(lattice, atoms, operation, 3e-5))).toBe(true);
  const keys = new Set(operations.map(({ rotation, translation }) => JSON.stringify([rotation, mapVec(translation, (t) => Math.round(t * 1000) % 1000)]))); // biome-ignore format: one line
  expect(keys.size).toBe(operations.length);
});

test("what is no supercell, or has an atom too many, is not taken for one", () => {
  const { vectors, positions, kinds } = repeatedSilicon(2);
  expect(primitiveCell(vectors, positions.slice(1), kinds.slice(1), 1e-4, 9)).toBeUndefined();
  expect(primitiveCell(vectors, positions, kinds, 1e-4, 33)).toBeUndefined();
  const twice = [...positions, ...positions];
  expect(primitiveCell(vectors, twice, twice.map(() => 1), 1e-4, 9)).toBeUndefined(); // biome-ignore format: one line
});

test("initial magnetic moments make atoms different", () => {
  const { lattice, atoms } = crystals[0]!;
  const [first, second] = atoms as [Atom, Atom];
  const antiferromagnetic = [
    { ...first, magneticMoment: 1 },
    { ...second, magneticMoment: -1 },
  ];
  expect(findSymmetry(lattice, antiferromagnetic, moyo).length).toBe(24);
  const ferromagnetic = [
    { ...first, magneticMoment: 1 },
    { ...second, magneticMoment: 1 },
  ];
  expect(findSymmetry(lattice, ferromagnetic, moyo).length).toBe(48);
});

test("an operation that misses an atom by more than the tolerance is dropped, translations are fitted to the atoms", () => {
  const { lattice, atoms } = crystals[0]!;
  const shifted = (by: number) => [
    { ...atoms[0]!, position: [0.125 + by, 0.125, 0.125] as const },
    atoms[1]!,
  ];
  // 4e-6 bohr along one vector: within what the analyser is told to forgive, more than half of what we do.
  const generousMoyo: SymmetryAnalyser = (vectors, positions, kinds) => moyo(vectors, positions, kinds, 1e-5);
  const dropped = findSymmetry(lattice, shifted(4e-6 / 7.25), generousMoyo, 1e-6);
  expect(
    moyo(
      lattice.vectors,
      shifted(4e-6 / 7.25).map(({ position }) => position),
      [1, 1],
      1e-5,
    ).length,
  ).toBe(48);
  expect(dropped.length).toBeGreaterThanOrEqual(4);
  expect(dropped.length).toBeLessThan(48);
  for (const operation of dropped) expect(maps(lattice, shifted(4e-6 / 7.25), operation, 1.01e-6)).toBe(true);
  // Proposed with an error of 1e-4 in w: fitted back.
  const inaccurate: SymmetryAnalyser = (...cell) =>
    moyo(...cell).map(({ rotation, translation: [x, y, z] }) => ({
      rotation,
      translation: [x + 1e-4, y, z - 1e-4],
    }));
  const fitted = findSymmetry(lattice, atoms, inaccurate);
  expect(fitted.length).toBe(48);
  for (const { translation } of fitted)
    for (const t of translation) close((t * 4) % 1, 0, 1e-12, "w in quarters");
});

test("what an analyser proposes wrongly does not get through, and what is left is a group", () => {
  const { lattice, atoms } = crystals[3]!;
  const fourfold: Mat3 = [
    [0, -1, 0],
    [1, 0, 0],
    [0, 0, 1],
  ];
  const generous: SymmetryAnalyser = (...cell) => [
    ...moyo(...cell),
    { rotation: fourfold, translation: [0, 0, 0] },
    { rotation: IDENTITY.rotation, translation: [0.3, 0, 0] },
  ];
  expect(findSymmetry(lattice, atoms, generous).length).toBe(24);
  const incomplete: SymmetryAnalyser = (...cell) => moyo(...cell).slice(0, 23);
  // The largest groups within all but one are of index two.
  const kept = findSymmetry(lattice, atoms, incomplete);
  expect(kept.length).toBe(12);
  for (const x of kept)
    for (const y of kept) expect(kept.some((other) => isSameOperation(composed(x, y), other))).toBe(true);
});

test("a matrix that is no rotation of the lattice is dropped although it maps the only atom onto itself", () => {
  const lattice = crystals.at(-1)!.lattice;
  const all: SymmetryAnalyser = () => unimodular.map((rotation) => ({ rotation, translation: [0, 0, 0] }));
  const found = findSymmetry(lattice, [{ species: 0, position: [0, 0, 0] }], all);
  expect(unimodular.length).toBeGreaterThan(1000);
  expect(found.map(({ rotation }) => rotation.join())).toEqual(["1,0,0,0,1,0,0,0,1", "-1,0,0,0,-1,0,0,0,-1"]);
});

test("atoms in the same place are refused with a remedy", () => {
  const { lattice, atoms } = crystals[0]!;
  expect(() => findSymmetry(lattice, [atoms[0]!, atoms[0]!], moyo)).toThrow(
    /symmetry: the analysis of 2 atoms failed .* set symmetry to false/,
  );
  expect(findSymmetry(lattice, [], moyo)).toEqual([IDENTITY]);
});

test("operations compatible with a grid permute its points, the others do not", () => {
  for (const { lattice, atoms } of crystals)
    for (const size of [
      [12, 12, 12],
      [15, 15, 15],
      [12, 12, 20],
      [9, 18, 10],
    ] as const) {
      const operations = findSymmetry(lattice, atoms, moyo);
      const compatible = compatibleWithGrid(operations, size);
      const isPermutation = ({ rotation, translation }: SymmetryOperation) => {
        // A map of the torus onto itself is one of the grid if it takes 0 and its three neighbours to grid points.
        const corners: Vec3[] = [
          [0, 0, 0],
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ];
        return corners.every((p) => {
          const image = add(matVec(rotation, p.map((x, i) => x / size[i]!) as unknown as Vec3), translation);
          return image.every((x, i) => Math.abs(x * size[i]! - Math.round(x * size[i]!)) < 1e-6);
        });
      };
      expect(compatible.length).toBe(operations.filter(isPermutation).length);
      expect(compatible.length).toBeGreaterThan(0);
      for (const { translation } of compatible)
        for (const [i, t] of translation.entries()) expect(Math.round(t * size[i]!) / size[i]!).toBe(t);
    }
});

test("rotations of reciprocal space are the transposed inverses, without rounding", () => {
  for (const rotation of unimodular.filter((_, i) => i % 17 === 0)) {
    expect(matMul(rotation, transpose(reciprocalRotation(rotation))).join()).toBe(IDENTITY.rotation.join());
  }
});
