import { expect, test } from "vitest";
import {
  add,
  centred,
  type Mat3,
  matMul,
  matVec,
  norm,
  rowsVec,
  sub,
  transpose,
  type Vec3,
} from "../../src/common/vec3.ts";
import { loadMoyo, loadSpaceGroups } from "../../src/io/moyo-node.ts";
import { symmetrizedCrystal } from "../../src/model/crystal-symmetry/symmetrized-crystal.ts";
import { createLattice, type Lattice } from "../../src/model/lattice.ts";
import type { Atom } from "../../src/model/model.ts";
import { composed, findSymmetry, isSameOperation, type SymmetryOperation } from "../../src/model/symmetry.ts";

const moyo = await loadMoyo();

/** How far the operations are from symmetries of lattice and atoms [bohr]. */
function error(
  { vectors }: Lattice,
  atoms: readonly Atom[],
  operations: readonly SymmetryOperation[],
): number {
  const metric = matMul(vectors, transpose(vectors));
  let worst = 0;
  for (const { rotation, translation } of operations) {
    const image = matMul(matMul(transpose(rotation), metric), rotation);
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++)
        worst = Math.max(worst, Math.abs(image[i]![j]! - metric[i]![j]!) / norm(vectors[i]!));
    for (const { species, position } of atoms) {
      const to = add(matVec(rotation, position), translation);
      const distances = atoms
        .filter((other) => other.species === species)
        .map((other) => norm(rowsVec(vectors, centred(sub(other.position, to)))));
      worst = Math.max(worst, Math.min(...distances));
    }
  }
  return worst;
}

/** Numbers of a typed file. */
const typed = (x: number, digits: number) => Number(x.toFixed(digits));
const typedAtoms = (positions: readonly Vec3[], digits: number, species = (_: number) => 0): Atom[] =>
  positions.map((p, i) => ({
    species: species(i),
    position: [typed(p[0], digits), typed(p[1], digits), typed(p[2], digits)],
  }));

const hexagonal: Mat3 = [[6.066, 0, 0], [-3.033, 6.066 * Math.sqrt(0.75), 0], [0, 0, 9.845]]; // biome-ignore format: a matrix
const hcp: Vec3[] = [[1 / 3, 2 / 3, 0.25], [2 / 3, 1 / 3, 0.75]]; // biome-ignore format: positions
const cube: Mat3 = [[10.26, 0, 0], [0, 10.26, 0], [0, 0, 10.26]]; // biome-ignore format: a matrix
const diamond: Vec3[] = [0, 0.25].flatMap((s): Vec3[] => [[s, s, s], [s, s + 0.5, s + 0.5], [s + 0.5, s, s + 0.5], [s + 0.5, s + 0.5, s]]); // biome-ignore format: positions

test.each([
  ["hcp with five decimals", hexagonal, typedAtoms(hcp, 5), 24],
  ["hcp with six decimals", hexagonal, typedAtoms(hcp, 6), 24],
  [
    "hcp with vectors of five decimals",
    hexagonal.map((a) => a.map((x) => typed(x, 5))) as unknown as Mat3,
    typedAtoms(hcp, 6),
    24,
  ],
  [
    "hcp off the origin",
    hexagonal,
    typedAtoms(
      hcp.map((p) => add(p, [0.123457, 0.2, 0.4])),
      5,
    ),
    24,
  ],
  [
    "diamond's cube with c/a − 1 = 1e-6",
    [cube[0], cube[1], [0, 0, 10.26 * (1 + 1e-6)]] as Mat3,
    typedAtoms(diamond, 9),
    192,
  ],
  [
    "fluctuating supercell",
    cube,
    typedAtoms(
      diamond.map((p, i) => add(p, [3e-6 * Math.sin(i), 2e-6 * Math.cos(3 * i), -2e-6 * Math.sin(7 * i)])),
      12,
    ),
    192,
  ],
] as [string, Mat3, Atom[], number][])(
  "%s: all operations are found and made exact by small shifts",
  (_, vectors, atoms, order) => {
    const lattice = createLattice(vectors);
    const operations = findSymmetry(lattice, atoms, moyo);
    expect(operations).toHaveLength(order);
    expect(error(lattice, atoms, operations)).toBeGreaterThan(1e-7);
    const exact = symmetrizedCrystal(lattice, atoms, operations);
    expect(error(exact.lattice, exact.atoms, exact.operations)).toBeLessThan(1e-13);
    expect(exact.largestShift).toBeLessThan(1e-4);
    // What is told is the largest shift.
    const shifts = [
      ...exact.lattice.vectors.map((a, i) => norm(sub(a, vectors[i]!))),
      ...exact.atoms.map(({ position }, i) =>
        norm(rowsVec(exact.lattice.vectors, sub(position, atoms[i]!.position))),
      ),
    ];
    expect(exact.largestShift).toBe(Math.max(...shifts));
    // The same operations, closed to rounding.
    const keys = exact.operations.map(({ rotation }) => rotation.join());
    for (const [i, a] of exact.operations.entries()) {
      expect(isSameOperation(a, { ...operations[i]!, translation: a.translation })).toBe(true);
      for (const b of exact.operations.slice(0, 12)) {
        const product = composed(a, b);
        const key = product.rotation.join();
        const gaps = exact.operations
          .filter((_, j) => keys[j] === key)
          .map(({ translation }) => norm(centred(sub(translation, product.translation))));
        expect(Math.min(...gaps)).toBeLessThan(1e-14);
      }
    }
  },
);

test("a crystal that is symmetric to rounding stays as it is, to the last digit", () => {
  const atoms = typedAtoms(hcp, 16);
  const lattice = createLattice(hexagonal);
  const operations = findSymmetry(lattice, atoms, moyo);
  const same = symmetrizedCrystal(lattice, atoms, operations);
  expect(same.largestShift).toBe(0);
  expect(same.atoms).toBe(atoms);
  expect(same.lattice).toBe(lattice);
  expect(same.operations).toBe(operations);
});

test("an atom moved by more than the tolerance breaks the symmetry, one moved by less does not", () => {
  const lattice = createLattice(hexagonal);
  const moved = (by: number): Atom[] => [
    { species: 0, position: [1 / 3 + by / 6.066, 2 / 3, 0.25] },
    { species: 0, position: hcp[1]! },
  ];
  expect(findSymmetry(lattice, moved(1e-3), moyo).length).toBeLessThan(24);
  expect(findSymmetry(lattice, moved(5e-5), moyo)).toHaveLength(24);
  expect(findSymmetry(lattice, moved(5e-5), moyo, 1e-6).length).toBeLessThan(24);
  expect(findSymmetry(lattice, moved(1e-3), moyo, 1e-2)).toHaveLength(24);
});

test("a chiral crystal keeps its hand in a left-handed basis", async () => {
  const settings = await loadSpaceGroups();
  const [a, c] = [9.285, 10.214];
  const vectors: Mat3 = [[a, 0, 0], [-a / 2, a * Math.sqrt(0.75), 0], [0, 0, c]]; // biome-ignore format: a matrix
  const nameIn = (basis: Mat3, positions: readonly Vec3[]) =>
    moyo.spaceGroup!(
      basis,
      positions,
      positions.map(() => 1),
      1e-4,
    );
  // Quartz is P3_221 or its mirror image P3_121.
  for (const number of [152, 154]) {
    const operations = settings.find((setting) => setting.number === number)!.operations();
    const all = operations.map(({ rotation, translation }) =>
      add(matVec(rotation, [0.4133, 0.2672, 0.1188]), translation),
    );
    expect(all).toHaveLength(6);
    expect(nameIn(vectors, all)).toEqual({ number, spaceGroup: number === 152 ? "P3_121" : "P3_221" });
    // The same atoms seen from the vectors b, a, c and a, b, −c.
    const swapped = all.map(([x, y, z]): Vec3 => [y, x, z]);
    expect(nameIn([vectors[1], vectors[0], vectors[2]], swapped).number).toBe(number);
    const flipped = all.map(([x, y, z]): Vec3 => [x, y, -z]);
    expect(nameIn([vectors[0], vectors[1], [0, 0, -c]], flipped).number).toBe(number);
    // The mirror image.
    expect(nameIn([vectors[0], vectors[1], [0, 0, -c]], all).number).toBe(306 - number);
    expect(nameIn(vectors, flipped).number).toBe(306 - number);
  }
});
