import { COHEN_BERGSTRESSER_SILICON } from "../../src/atoms/cohen-bergstresser.ts";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { random } from "../../src/common/random.ts";
import type { Mat3, Vec3 } from "../../src/common/vec3.ts";
import type { CoreAtom, ExactProblem } from "../../src/errors/problem/exact-problem.ts";
import type { FourierCoefficient } from "../../src/errors/problem/mesh-potential.ts";

/** A problem to certify: with which cutoff, at which k-points, how many bands. */
export interface Case {
  readonly name: string;
  readonly problem: ExactProblem;
  /** [Ha] */
  readonly ecut: number;
  readonly kpoints: readonly Vec3[];
  readonly bands: number;
}

const BANDS = 11;
const HALF_ROOT_3 = 0.8660254037844386;
const fcc = (a: number): Mat3 => [[0, a / 2, a / 2], [a / 2, 0, a / 2], [a / 2, a / 2, 0]]; // biome-ignore format: a matrix
const bcc = (a: number): Mat3 => [[-a / 2, a / 2, a / 2], [a / 2, -a / 2, a / 2], [a / 2, a / 2, -a / 2]]; // biome-ignore format: a matrix
const cubic = (a: number): Mat3 => [[a, 0, 0], [0, a, 0], [0, 0, a]]; // biome-ignore format: a matrix
const hexagonal = (a: number, c: number): Mat3 => [[a, 0, 0], [-a / 2, HALF_ROOT_3 * a, 0], [0, 0, c]]; // biome-ignore format: a matrix
const TRICLINIC: Mat3 = [[6, 0, 0], [1, 5, 0], [-2, 0.5, 7]]; // biome-ignore format: a matrix
const DIAMOND: readonly Vec3[] = [[1 / 8, 1 / 8, 1 / 8], [-1 / 8, -1 / 8, -1 / 8]]; // biome-ignore format: positions
const TWO_PLACES: readonly Vec3[] = [[1 / 3, 2 / 3, 1 / 4], [2 / 3, 1 / 3, 3 / 4]]; // biome-ignore format: positions

const atoms = (element: string, family: string, positions: readonly Vec3[]): CoreAtom[] =>
  positions.map((position) => ({ potential: findGth(element, family), position }));

/** Special points first, where levels meet, then random ones. */
function kpointsOf(seed: number, count: number): Vec3[] {
  const { uniform } = random(seed);
  const special: Vec3[] = [[0, 0, 0], [0.5, 0, 0.5], [0.5, 0.5, 0.5]]; // biome-ignore format: points
  const free = Array.from({ length: count }, (): Vec3 => [uniform() - 0.5, uniform() - 0.5, uniform() - 0.5]);
  return [...special, ...free].slice(0, count);
}

/** A real trigonometric polynomial: random coefficients of |Gᵢ| ≤ 2, smaller the longer G is. */
function polynomial(seed: number, size: number): FourierCoefficient[] {
  const { normal } = random(seed);
  const found: FourierCoefficient[] = [{ g: [0, 0, 0], re: normal() / 8, im: 0 }];
  for (let x = -2; x <= 2; x++)
    for (let y = -2; y <= 2; y++)
      for (let z = -2; z <= 2; z++) {
        const isUpper = z > 0 || (z === 0 && (y > 0 || (y === 0 && x > 0)));
        if (!isUpper) continue;
        const share = size / (1 + x * x + y * y + z * z) ** 2;
        const [re, im] = [share * normal(), share * normal()];
        found.push({ g: [x, y, z], re, im }, { g: [0 - x, 0 - y, 0 - z], re, im: 0 - im });
      }
  return found;
}

const empirical = (name: string, a: number, v3: number, v8: number, v11: number): Omit<Case, "kpoints"> => ({
  name,
  problem: {
    kind: "cohen-bergstresser",
    lattice: fcc(a),
    potential: {
      ...COHEN_BERGSTRESSER_SILICON,
      name,
      latticeConstant: a,
      formFactors: [[3, v3 / 2], [8, v8 / 2], [11, v11 / 2]], // biome-ignore format: pairs
    },
    positions: DIAMOND,
  },
  ecut: 4,
  bands: BANDS,
});
const stored = (
  name: string,
  lattice: Mat3,
  coefficients: FourierCoefficient[],
  of: CoreAtom[] = [],
): Omit<Case, "kpoints"> => ({
  name,
  problem: { kind: "frozen", lattice, atoms: of, coefficients },
  ecut: of.length === 0 ? 4 : 6,
  bands: BANDS,
});
const core = (name: string, lattice: Mat3, of: CoreAtom[]): Omit<Case, "kpoints"> => ({
  name,
  problem: { kind: "core", lattice, atoms: of },
  ecut: 6,
  bands: BANDS,
});

const aluminium = atoms("Al", "gth-lda", [[0, 0, 0]]);
const silicon = atoms("Si", "gth-lda", DIAMOND);

/** Returns twenty problems: empirical, stored, bare, and both; lattices of every kind. */
export function cases(kpoints: number): Case[] {
  const all = [
    empirical("Cohen-Bergstresser silicon", COHEN_BERGSTRESSER_SILICON.latticeConstant, -0.21, 0.04, 0.08),
    empirical("Cohen-Bergstresser germanium", 10.69, -0.23, 0.01, 0.06),
    empirical("Cohen-Bergstresser tin", 12.26, -0.2, 0, 0.04),
    empirical("diamond lattice, repulsive", 9.5, 0.2, 0.05, -0.03),
    stored("free electrons, fcc", fcc(8), []),
    stored("polynomial, fcc", fcc(7.7), polynomial(1, 1)),
    stored("polynomial, bcc", bcc(6.1), polynomial(2, 1.5)),
    stored("polynomial, cubic", cubic(5.3), polynomial(3, 2)),
    stored("polynomial, hexagonal", hexagonal(4.7, 7.9), polynomial(4, 1)),
    stored("polynomial, triclinic", TRICLINIC, polynomial(5, 1)),
    stored("polynomial, long cell", [[3.9, 0, 0], [0.2, 4.2, 0], [0, 0.3, 13]], polynomial(6, 0.7)), // biome-ignore format: a matrix
    stored("strong polynomial, cubic", cubic(6), polynomial(7, 2.5)),
    core("aluminium core, fcc", fcc(7.65), aluminium),
    core("sodium core, bcc", bcc(8.1), atoms("Na", "gth-lda-q1", [[0, 0, 0]])),
    core("silicon core, diamond", fcc(10.26), silicon),
    core("magnesium core, hexagonal", hexagonal(6.06, 9.85), atoms("Mg", "gth-lda-q2", TWO_PLACES)),
    stored("aluminium and a polynomial", fcc(7.6), polynomial(8, 0.6), aluminium),
    stored("silicon and a polynomial", fcc(10.2), polynomial(9, 0.5), silicon),
    stored("silicon and gallium, triclinic", TRICLINIC, polynomial(10, 0.5), [
      ...atoms("Si", "gth-lda", [[0.1, 0.2, 0.3]]),
      ...atoms("Ga", "gth-lda-q3", [[0.6, 0.55, 0.85]]),
    ]),
    stored("sodium and a polynomial", bcc(8), polynomial(11, 0.5), atoms("Na", "gth-lda-q1", [[0.1, 0, 0]])),
  ];
  return all.map((one, i) => ({ ...one, kpoints: kpointsOf(100 + i, kpoints) }));
}
