import { requireInput } from "../common/failure.ts";
import {
  add,
  centred,
  det,
  type Mat3,
  matMul,
  matVec,
  norm,
  rowsVec,
  scale,
  sub,
  type Vec3,
} from "../common/vec3.ts";
import { type Lattice, planeSpacings } from "./lattice.ts";
import type { Atom } from "./model.ts";
import { nearestAtoms } from "./nearest-atom.ts";

/**
 * A symmetry of the crystal in fractional coordinates: x → W x + w, W integer with determinant ±1.
 *
 * It acts on functions by (S f)(x) = f(W⁻¹(x − w)), on reduced reciprocal vectors by k → W⁻ᵀ k.
 */
export interface SymmetryOperation {
  /** W, rows. */
  readonly rotation: Mat3;
  /** w, each component in [0, 1). */
  readonly translation: Vec3;
}

/** A space group by its international symbol, such as `Fd-3m`, and its number, 1 to 230. */
export interface SpaceGroupName {
  readonly spaceGroup: string;
  readonly number: number;
}

/** Lattice vectors (rows [bohr]), fractional positions, positive atom kinds, tolerance [bohr]. */
export type AnalysedCell = readonly [
  vectors: Mat3,
  positions: readonly Vec3[],
  kinds: readonly number[],
  tolerance: number,
];

/** Proposes symmetries of a cell. They are checked here, so too many do no harm, too few do. */
export interface SymmetryAnalyser {
  (...cell: AnalysedCell): readonly SymmetryOperation[];
  /** Returns the space group of a cell. */
  spaceGroup?(...cell: AnalysedCell): SpaceGroupName;
}

export const IDENTITY: SymmetryOperation = {
  rotation: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  translation: [0, 0, 0],
};

/**
 * Default for the largest shift of an atom or a lattice vector by an operation [bohr], the accuracy
 * of six decimals of a fractional position in cells of up to 60 bohr, of five in cells of up to 10.
 */
export const SYMMETRY_TOLERANCE = 1e-4;
/** Largest difference of translations of equal operations [cell]. */
const TRANSLATION_TOLERANCE = 1e-6;

/**
 * Finds the symmetry group of a crystal, identity first. Atoms are equal if species and initial
 * magnetic moment are. Each operation maps every atom onto an atom within the tolerance, and the
 * operations are closed under composition.
 *
 * @param tolerance largest distance of atoms and lattice vectors from their images [bohr].
 * @throws InputError if the analysis fails, as for coinciding atoms.
 */
export function findSymmetry(
  lattice: Lattice,
  atoms: readonly Atom[],
  analyse: SymmetryAnalyser,
  tolerance = SYMMETRY_TOLERANCE,
): SymmetryOperation[] {
  if (atoms.length === 0) return [IDENTITY];
  const kinds = kindsOf(atoms);
  const positions = atoms.map(({ position }) => position);
  const proposed = run(analyse, lattice.vectors, positions, kinds, tolerance);
  const nearest = nearestAtoms(lattice, positions, kinds);
  const check = (operation: SymmetryOperation) =>
    refined(operation, lattice, positions, kinds, nearest, tolerance);
  const checked =
    proposed.length > MANY ? checkedCosets(proposed, check) : proposed.flatMap((op) => check(op) ?? []);
  // A composed operation has the error of both, and is compared with one that has an error as well.
  const isNear = nearness(lattice, 4 * tolerance);
  return closed(distinct([IDENTITY, ...checked], isNear), isNear);
}

/**
 * Returns whether two fractional translations are nearer to each other than a distance [bohr].
 * Components alone tell most that are not: a vector is as long as its height over any plane.
 */
function nearness(lattice: Lattice, distance: number): Nearness {
  const [x, y, z] = planeSpacings(lattice).map((height) => (1.001 * distance) / height) as [
    number,
    number,
    number,
  ];
  const differ = (a: number, b: number, by: number) => Math.abs(a - b - Math.round(a - b)) > by;
  return (a, b) =>
    !differ(a[0], b[0], x) &&
    !differ(a[1], b[1], y) &&
    !differ(a[2], b[2], z) &&
    length(lattice.vectors, centred(sub(a, b))) < distance;
}

/** Supercell groups of more operations are checked by cosets. */
const MANY = 400;

/** Checks the pure translations t and one operation r per rotation; the others are products t r. */
function checkedCosets(
  proposed: readonly SymmetryOperation[],
  check: (operation: SymmetryOperation) => SymmetryOperation | undefined,
): SymmetryOperation[] {
  const identity = rotationKey(IDENTITY);
  const translations = proposed.filter((op) => rotationKey(op) === identity).flatMap((op) => check(op) ?? []);
  const representatives = new Map<string, SymmetryOperation>();
  for (const operation of proposed) {
    const key = rotationKey(operation);
    if (key === identity || representatives.has(key)) continue;
    const checked = check(operation);
    if (checked !== undefined) representatives.set(key, checked);
  }
  return [IDENTITY, ...representatives.values()].flatMap((representative) =>
    translations.map((translation) => composed(translation, representative)),
  );
}

/** Numbers the kinds of atoms from 1 on, by species and initial moment. */
export function kindsOf(atoms: readonly Atom[]): number[] {
  const names = atoms.map(({ species, magneticMoment = 0 }) => `${species} ${magneticMoment}`);
  const first = new Map<string, number>();
  for (const [i, name] of names.entries()) if (!first.has(name)) first.set(name, i + 1);
  return names.map((name) => first.get(name)!);
}

function run(
  analyse: SymmetryAnalyser,
  vectors: Mat3,
  positions: readonly Vec3[],
  kinds: readonly number[],
  tolerance: number,
): readonly SymmetryOperation[] {
  try {
    return analyse(vectors, positions, kinds, tolerance);
  } catch (error) {
    requireInput(
      false,
      () =>
        `symmetry: the analysis of ${positions.length} atoms failed with "${error}"; ` +
        `check for atoms in the same place, or set symmetry to false`,
    );
  }
}

/** Fits the translation of an operation to the atoms; returns undefined if it is no symmetry. */
function refined(
  { rotation, translation }: SymmetryOperation,
  { vectors }: Lattice,
  positions: readonly Vec3[],
  kinds: readonly number[],
  nearest: ReturnType<typeof nearestAtoms>,
  tolerance: number,
): SymmetryOperation | undefined {
  if (!isIsometry(rotation, vectors, tolerance)) return undefined;
  const offsets: Vec3[] = [];
  for (let i = 0; i < positions.length; i++) {
    const image = add(matVec(rotation, positions[i]!), translation);
    offsets.push(nearest(image, kinds[i]!)!.offset); // at least the atom itself is of its kind
  }
  const shift = scale(1 / offsets.length, offsets.reduce(add));
  if (offsets.some((offset) => length(vectors, sub(offset, shift)) > tolerance)) return undefined;
  return { rotation, translation: wrapped(add(translation, shift)) };
}

/** Returns whether W is an isometry: images Σ_i W_ij a_i of lattice vectors are as long. */
export function isIsometry(rotation: Mat3, vectors: Mat3, tolerance: number): boolean {
  if (Math.abs(det(rotation)) !== 1) return false;
  const images = [0, 1, 2].map((j) => rowsVec(vectors, [rotation[0][j]!, rotation[1][j]!, rotation[2][j]!]));
  // The three lengths and those of the sums of two determine every scalar product.
  for (let i = 0; i < 3; i++)
    for (let j = 0; j <= i; j++) {
      const before = norm(add(vectors[i]!, vectors[j]!));
      const after = norm(add(images[i]!, images[j]!));
      if (Math.abs(before - after) > 2 * tolerance) return false;
    }
  return true;
}

const length = (vectors: Mat3, x: Vec3): number => norm(rowsVec(vectors, x));

/** Moves components to [0, 1); values within rounding of 0 or 1 become 0. */
export const wrapped = (x: Vec3): Vec3 => {
  const wrap = (t: number) => (Math.abs(t - Math.round(t)) < 1e-12 ? 0 : t - Math.floor(t));
  return [wrap(x[0]), wrap(x[1]), wrap(x[2])];
};

/** Returns x → first(second(x)). */
export const composed = (first: SymmetryOperation, second: SymmetryOperation): SymmetryOperation => ({
  rotation: matMul(first.rotation, second.rotation),
  translation: wrapped(add(matVec(first.rotation, second.translation), first.translation)),
});

/** Returns whether two operations are equal up to a lattice vector. */
export const isSameOperation = (a: SymmetryOperation, b: SymmetryOperation): boolean =>
  rotationKey(a) === rotationKey(b) && isSameTranslation(a, b);

const isSameTranslation = (a: SymmetryOperation, b: SymmetryOperation): boolean =>
  centred(sub(a.translation, b.translation)).every((t) => Math.abs(t) < TRANSLATION_TOLERANCE);

/** Returns the entries of a matrix of integers as a key of a map. */
export const matrixKey = ([a, b, c]: Mat3): string =>
  `${a[0]},${a[1]},${a[2]},${b[0]},${b[1]},${b[2]},${c[0]},${c[1]},${c[2]}`;

export const rotationKey = ({ rotation }: SymmetryOperation): string => matrixKey(rotation);

/** Returns whether two translations are equal. */
type Nearness = (a: Vec3, b: Vec3) => boolean;

/** Operations by rotation, for fast search in supercells with hundreds of translations. */
interface OperationTable {
  readonly byRotation: Map<string, SymmetryOperation[]>;
  readonly isNear: Nearness;
}

const operationIn = (
  { byRotation, isNear }: OperationTable,
  operation: SymmetryOperation,
): SymmetryOperation | undefined =>
  byRotation.get(rotationKey(operation))?.find((other) => isNear(operation.translation, other.translation));

const isListed = (table: OperationTable, operation: SymmetryOperation): boolean =>
  operationIn(table, operation) !== undefined;

function list({ byRotation }: OperationTable, operation: SymmetryOperation): void {
  const key = rotationKey(operation);
  const known = byRotation.get(key);
  if (known === undefined) byRotation.set(key, [operation]);
  else known.push(operation);
}

function distinct(operations: readonly SymmetryOperation[], isNear: Nearness): SymmetryOperation[] {
  const found: OperationTable = { byRotation: new Map(), isNear };
  return operations.filter((operation) => {
    if (isListed(found, operation)) return false;
    list(found, operation);
    return true;
  });
}

/**
 * Returns a group of `operations`, enlarged by one after the other as far as possible. Checked
 * operations of a crystal are a group, unless errors near the tolerance have excluded some of them.
 */
function closed(operations: readonly SymmetryOperation[], isNear: Nearness): SymmetryOperation[] {
  const table: OperationTable = { byRotation: new Map(), isNear };
  for (const operation of operations) list(table, operation);
  if (isGroup(table)) return [...operations];
  let group = [IDENTITY];
  const generators: SymmetryOperation[] = [];
  for (const operation of operations) {
    if (group.includes(operation)) continue;
    const larger = generated([...generators, operation], table);
    if (larger === undefined) continue;
    generators.push(operation);
    group = larger;
  }
  return group;
}

/** Returns the group of `generators`, or undefined if it is not within `table`. */
function generated(
  generators: readonly SymmetryOperation[],
  table: OperationTable,
): SymmetryOperation[] | undefined {
  const group = new Set([IDENTITY]);
  for (const element of group) // also visits elements added in the loop
    for (const generator of generators) {
      const product = operationIn(table, composed(element, generator));
      if (product === undefined) return undefined;
      if (!isSameOperation(product, IDENTITY)) group.add(product);
    }
  return [...group];
}

/**
 * Returns whether the operations are closed, without all products: if the pure translations T are
 * closed, the operations of each rotation are the coset rT = Tr of a representative r, and
 * representatives multiply to operations, then (rt)(st′) = r(ts)t′ = (rs)t″t′ is an operation.
 */
function isGroup(table: OperationTable): boolean {
  const cosets = [...table.byRotation.values()];
  const translations = table.byRotation.get(rotationKey(IDENTITY)) ?? [];
  const representatives = cosets.map((operations) => operations[0]!);
  const hasProducts = (a: readonly SymmetryOperation[], b: readonly SymmetryOperation[]) =>
    a.every((x) => b.every((y) => isListed(table, composed(x, y))));
  return (
    cosets.every((operations) => operations.length === translations.length) &&
    hasProducts(translations, translations) &&
    hasProducts(representatives, translations) &&
    hasProducts(translations, representatives) &&
    hasProducts(representatives, representatives)
  );
}
