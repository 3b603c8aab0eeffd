import { requireInput } from "../common/failure.ts";
import { add, det, type Mat3, matMul, matVec, norm, rowsVec, scale, sub, type Vec3 } from "../common/vec3.ts";
import type { Lattice } from "./lattice.ts";
import type { Atom } from "./model.ts";

/**
 * A symmetry of the crystal in fractional coordinates: x → W x + w, with an integer matrix W of determinant ±1.
 *
 * It acts on functions by (S f)(x) = f(W⁻¹(x − w)), on reciprocal vectors in reduced coordinates by k → W⁻ᵀ k.
 */
export interface SymmetryOperation {
  /** W, rows. */
  readonly rotation: Mat3;
  /** w, each component in [0, 1). */
  readonly translation: Vec3;
}

/**
 * Proposes the symmetries of a cell: lattice vectors as rows [bohr], fractional positions, and a positive number
 * for the kind of each atom. What it proposes is checked here, so it may be generous, but not stingy.
 */
export type SymmetryAnalyser = (
  vectors: Mat3,
  positions: readonly Vec3[],
  kinds: readonly number[],
  tolerance: number,
) => readonly SymmetryOperation[];

export const IDENTITY: SymmetryOperation = {
  rotation: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  translation: [0, 0, 0],
};

/** How far an operation may move an atom from an atom [bohr]. */
const ATOM_TOLERANCE = 1e-6;
/** How much translations of equal operations may differ [cell]. */
const TRANSLATION_TOLERANCE = 1e-6;

/**
 * The symmetry group of a crystal, identity first. Atoms are equal if species and initial magnetic moment are.
 * Each operation maps every atom onto an atom to 1e-6 bohr, and the operations are closed under composition.
 *
 * @param tolerance how far atoms may be from symmetric places to be considered at all [bohr].
 * @throws InputError if the analysis fails, as it does for atoms in the same place.
 */
export function findSymmetry(
  lattice: Lattice,
  atoms: readonly Atom[],
  analyse: SymmetryAnalyser,
  tolerance = 1e-5,
): SymmetryOperation[] {
  const names = atoms.map(({ species, magneticMoment = 0 }) => `${species} ${magneticMoment}`);
  const kinds = names.map((name) => names.indexOf(name) + 1);
  const positions = atoms.map(({ position }) => position);
  const proposed = atoms.length === 0 ? [] : run(analyse, lattice.vectors, positions, kinds, tolerance);
  const checked = proposed
    .map((operation) => refined(operation, lattice, positions, kinds))
    .filter((operation) => operation !== undefined);
  return closed(distinct([IDENTITY, ...checked]));
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

/** The operation with its translation fitted to the atoms, or undefined if it is none of this crystal. */
function refined(
  { rotation, translation }: SymmetryOperation,
  { vectors }: Lattice,
  positions: readonly Vec3[],
  kinds: readonly number[],
): SymmetryOperation | undefined {
  if (!isIsometry(rotation, vectors)) return undefined;
  const offsets: Vec3[] = [];
  for (let i = 0; i < positions.length; i++) {
    const image = add(matVec(rotation, positions[i]!), translation);
    let nearest: Vec3 | undefined;
    for (let j = 0; j < positions.length; j++) {
      if (kinds[j] !== kinds[i]) continue;
      const offset = centred(sub(positions[j]!, image));
      if (nearest === undefined || length(vectors, offset) < length(vectors, nearest)) nearest = offset;
    }
    offsets.push(nearest!);
  }
  const shift = scale(1 / offsets.length, offsets.reduce(add));
  if (offsets.some((offset) => length(vectors, sub(offset, shift)) > ATOM_TOLERANCE)) return undefined;
  return { rotation, translation: wrapped(add(translation, shift)) };
}

/** Whether W is a rotation or reflection in space: the images Σ_i W_ij a_i of the lattice vectors a_j are as long. */
function isIsometry(rotation: Mat3, vectors: Mat3): boolean {
  if (Math.abs(det(rotation)) !== 1) return false;
  const images = [0, 1, 2].map((j) => rowsVec(vectors, [rotation[0][j]!, rotation[1][j]!, rotation[2][j]!]));
  // The three lengths and those of the sums of two determine every scalar product.
  for (let i = 0; i < 3; i++)
    for (let j = 0; j <= i; j++) {
      const before = norm(add(vectors[i]!, vectors[j]!));
      const after = norm(add(images[i]!, images[j]!));
      if (Math.abs(before - after) > 2 * ATOM_TOLERANCE) return false;
    }
  return true;
}

const length = (vectors: Mat3, x: Vec3): number => norm(rowsVec(vectors, x));
const round = (x: number): number => x - Math.round(x);
/** Components moved to [−1/2, 1/2]. */
const centred = (x: Vec3): Vec3 => [round(x[0]), round(x[1]), round(x[2])];

/** Components moved to [0, 1); what differs from 0 or 1 by rounding only becomes 0. */
export const wrapped = (x: Vec3): Vec3 => {
  const wrap = (t: number) => (Math.abs(round(t)) < 1e-12 ? 0 : t - Math.floor(t));
  return [wrap(x[0]), wrap(x[1]), wrap(x[2])];
};

/** x → first(second(x)). */
export const composed = (first: SymmetryOperation, second: SymmetryOperation): SymmetryOperation => ({
  rotation: matMul(first.rotation, second.rotation),
  translation: wrapped(add(matVec(first.rotation, second.translation), first.translation)),
});

/** Whether two operations are the same up to a lattice vector. */
export const isSameOperation = (a: SymmetryOperation, b: SymmetryOperation): boolean =>
  rotationKey(a) === rotationKey(b) && isSameTranslation(a, b);

const isSameTranslation = (a: SymmetryOperation, b: SymmetryOperation): boolean =>
  centred(sub(a.translation, b.translation)).every((t) => Math.abs(t) < TRANSLATION_TOLERANCE);

const rotationKey = ({ rotation }: SymmetryOperation): string => rotation.join();

/** Operations by rotation, so that groups of supercells, with hundreds of translations, are searched fast. */
type OperationTable = Map<string, SymmetryOperation[]>;

const lookUp = (table: OperationTable, operation: SymmetryOperation): SymmetryOperation | undefined =>
  table.get(rotationKey(operation))?.find((other) => isSameTranslation(operation, other));

const isListed = (table: OperationTable, operation: SymmetryOperation): boolean =>
  lookUp(table, operation) !== undefined;

function list(table: OperationTable, operation: SymmetryOperation): void {
  const key = rotationKey(operation);
  table.set(key, [...(table.get(key) ?? []), operation]);
}

function distinct(operations: readonly SymmetryOperation[]): SymmetryOperation[] {
  const seen: OperationTable = new Map();
  return operations.filter((operation) => {
    if (isListed(seen, operation)) return false;
    list(seen, operation);
    return true;
  });
}

/**
 * A group made of `operations`, as large as it gets by taking one after the other. Checked operations of a crystal
 * are a group, unless errors of the size of ATOM_TOLERANCE have let some of them through and not others.
 */
function closed(operations: readonly SymmetryOperation[]): SymmetryOperation[] {
  const table: OperationTable = new Map();
  for (const operation of operations) list(table, operation);
  if (isGroup(table)) return [...operations];
  let group = [IDENTITY];
  const generators: SymmetryOperation[] = [];
  for (const operation of operations) {
    if (group.some((other) => isSameOperation(operation, other))) continue;
    const larger = generated([...generators, operation], table);
    if (larger === undefined) continue;
    generators.push(operation);
    group = larger;
  }
  return group;
}

/** The group that `generators` generate, or undefined if it leaves the operations of `table`. */
function generated(
  generators: readonly SymmetryOperation[],
  table: OperationTable,
): SymmetryOperation[] | undefined {
  const group = new Set([IDENTITY]);
  for (const element of group) // also visits what is added on the way
    for (const generator of generators) {
      const product = lookUp(table, composed(element, generator));
      if (product === undefined) return undefined;
      if (!isSameOperation(product, IDENTITY)) group.add(product);
    }
  return [...group];
}

/**
 * Whether the operations are closed, without the product of each with each: pure translations T are, and with one
 * representative r per rotation, the operations of that rotation are the coset rT = Tr, and representatives
 * multiply to operations. Then (rt)(st′) = r(ts)t′ = (rs)t″t′ is an operation.
 */
function isGroup(table: OperationTable): boolean {
  const translations = table.get(rotationKey(IDENTITY)) ?? [];
  const representatives = [...table.values()].map((operations) => operations[0]!);
  const hasProducts = (a: readonly SymmetryOperation[], b: readonly SymmetryOperation[]) =>
    a.every((x) => b.every((y) => isListed(table, composed(x, y))));
  return (
    [...table.values()].every((operations) => operations.length === translations.length) &&
    hasProducts(translations, translations) &&
    hasProducts(representatives, translations) &&
    hasProducts(translations, representatives) &&
    hasProducts(representatives, representatives)
  );
}
