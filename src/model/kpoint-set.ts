import { requireInput } from "../common/failure.ts";
import { type Mat3, matVec, type Vec3 } from "../common/vec3.ts";
import { irreducibleKpoints, monkhorstPack, type WeightedKpoint } from "./kgrid.ts";
import { IDENTITY, type SymmetryOperation } from "./symmetry.ts";
import { pointOperationsOfKgrid, reciprocalRotation } from "./symmetry-subgroups.ts";

/** Which points of the Brillouin zone stand for all of it: divisions with one or more shifts, or a list. */
export type KpointChoice =
  | { readonly kgrid: Vec3; readonly kshifts: readonly Vec3[] }
  | { readonly list: readonly WeightedKpoint[] };

/** What is done with a choice that has not the symmetry of the crystal. */
export type KgridSymmetry = "crystal" | "none";

/** The k-points to compute, and the operations that make the density of the whole choice of theirs. */
export interface KpointSet {
  /** No two are images of each other; weights add to 1. */
  readonly kpoints: readonly WeightedKpoint[];
  /** A group: all that were given, or those that keep the choice of k-points. */
  readonly operations: readonly SymmetryOperation[];
  /** Number of operations that keep the choice of k-points as it was given. */
  readonly kept: number;
  /** Points of the choice. */
  readonly chosen: number;
  /** Points of the whole set that the k-points stand for: more than `chosen` where rotated points were added. */
  readonly whole: number;
}

/** Operations and what else decides how many k-points there are. */
export interface KpointSymmetry {
  /** The crystal's; a group. */
  readonly operations: readonly SymmetryOperation[];
  /** Rotations W of the bare lattice; a group that holds the crystal's. Default the crystal's own. */
  readonly lattice?: (() => readonly Mat3[]) | undefined;
  /** Whether orbitals at k and −k are complex conjugate. Default true. */
  readonly timeReversal?: boolean | undefined;
  /** Default `crystal`. */
  readonly kgridSymmetry?: KgridSymmetry | undefined;
}

/**
 * Chooses the k-points to compute.
 *
 * A grid that the crystal's rotations map onto itself is reduced by them. One that they do not is replaced, as in pw.x, by its mean
 * over the rotations R of the lattice: with the density μ of the grid's points
 *
 *   μ′ = (1/|P|) Σ_R R μ,
 *
 * so that each point shares its weight with all its images, and the set has the symmetry of every crystal on this lattice. A list
 * of points counts as its mean over the crystal's operations. With `kgridSymmetry: "none"` the points stay as they are, and only
 * operations that keep them are used.
 *
 * @throws InputError if divisions, shifts, points or weights are none.
 */
export function chooseKpoints(choice: KpointChoice, symmetry: KpointSymmetry): KpointSet {
  const { operations, timeReversal = true, kgridSymmetry = "crystal" } = symmetry;
  const kept = keptBy(choice, operations);
  const keepsAll = kept.length === operations.length;
  if ("kgrid" in choice && choice.kshifts.length === 1 && (keepsAll || kgridSymmetry === "none")) {
    const { kpoints } = irreducibleKpoints(choice.kgrid, choice.kshifts[0]!, kept, timeReversal);
    const whole = choice.kgrid[0] * choice.kgrid[1] * choice.kgrid[2];
    return { kpoints, operations: kept, kept: kept.length, chosen: whole, whole };
  }
  const points = pointsOf(choice);
  const own = rotationsOf(kgridSymmetry === "none" ? kept : operations);
  const addsRotated = "kgrid" in choice && !keepsAll && kgridSymmetry === "crystal";
  const lattice = addsRotated ? (symmetry.lattice?.().map(reciprocalRotation) ?? own) : own;
  const used = kgridSymmetry === "none" ? kept : operations;
  const signs = timeReversal ? [1, -1] : [1];
  const stars = starsOf(points, lattice, signs);
  const kpoints = stars.flatMap((star) => orbitsOf(star, own, signs));
  return {
    kpoints,
    operations: used,
    kept: kept.length,
    chosen: points.length,
    whole: addsRotated ? stars.reduce((sum, { points: images }) => sum + images.length, 0) : points.length,
  };
}

/** Chosen points that are images of each other under all operations, whether or not these keep the choice. */
export interface KpointClasses {
  readonly kpoints: readonly WeightedKpoint[];
  /** Index in `kpoints` of the one that each chosen point is an image of: the grids of all shifts one after the other. */
  readonly representative: Int32Array;
}

/**
 * The chosen points with different levels: the levels of a crystal are equal at all images of a point, so that sums of them
 * over the choice need one of each class.
 */
export function kpointClasses(
  choice: KpointChoice,
  operations: readonly SymmetryOperation[],
  timeReversal = true,
): KpointClasses {
  const points = pointsOf(choice);
  const stars = starsOf(points, rotationsOf(operations), timeReversal ? [1, -1] : [1]);
  const representative = new Int32Array(points.length);
  stars.forEach(({ members }, s) => {
    for (const i of members) representative[i] = s;
  });
  return { kpoints: stars.map(({ points: [k], weight }) => ({ k: k!, weight })), representative };
}

/** The points chosen, with weights that add to 1. */
function pointsOf(choice: KpointChoice): WeightedKpoint[] {
  if ("kgrid" in choice) {
    const grids = choice.kshifts.map((shift) => monkhorstPack(choice.kgrid, shift));
    const points = grids.flat();
    return points.map((k) => ({ k, weight: 1 / points.length }));
  }
  const { list } = choice;
  const total = list.reduce((sum, { weight }) => sum + weight, 0);
  requireInput(
    list.every(({ k, weight }) => k.every(Number.isFinite) && weight >= 0) &&
      total > 0 &&
      Number.isFinite(total),
    () =>
      `kpoints: must be points with weights that are not negative and not all zero, got weights ${JSON.stringify(list.map(({ weight }) => weight))}`,
  );
  return list.map(({ k, weight }) => ({ k, weight: weight / total }));
}

/** The operations whose rotations map the chosen points, with their weights, onto themselves up to reciprocal lattice vectors. */
function keptBy(choice: KpointChoice, operations: readonly SymmetryOperation[]): SymmetryOperation[] {
  if (operations.length === 1) return [...operations];
  if ("kgrid" in choice && choice.kshifts.length === 1)
    return atLeastIdentity(pointOperationsOfKgrid(operations, choice.kgrid, choice.kshifts[0]!));
  const points = pointsOf(choice);
  const weights = new Map<number, number>();
  for (const { k, weight } of points) weights.set(keyOf(k), (weights.get(keyOf(k)) ?? 0) + weight);
  const accepted = new Map<string, boolean>();
  return atLeastIdentity(
    operations.filter(({ rotation }) => {
      const name = rotation.join();
      let isKept = accepted.get(name);
      if (isKept === undefined) {
        const m = reciprocalRotation(rotation);
        isKept = points.every(({ k }) => {
          const image = weights.get(keyOf(matVec(m, k)));
          return image !== undefined && Math.abs(image - weights.get(keyOf(k))!) < 1e-9;
        });
        accepted.set(name, isKept);
      }
      return isKept;
    }),
  );
}

const atLeastIdentity = (operations: SymmetryOperation[]): SymmetryOperation[] =>
  operations.length === 0 ? [IDENTITY] : operations;

/** W⁻ᵀ of each rotation once. */
const rotationsOf = (operations: readonly SymmetryOperation[]): Mat3[] =>
  [...new Map(operations.map(({ rotation }) => [rotation.join(), rotation])).values()].map(
    reciprocalRotation,
  );

/** All images of a point. */
interface Star {
  /** The first is the first of the choice. */
  readonly points: Vec3[];
  /** Of the chosen points among them, together. */
  weight: number;
  /** Indices of those. */
  readonly members: number[];
}

/** Stars of the points under a group of rotations and signs, in the order of their first points. */
function starsOf(
  points: readonly WeightedKpoint[],
  rotations: readonly Mat3[],
  signs: readonly number[],
): Star[] {
  const starAt = new Map<number, Star>();
  const stars: Star[] = [];
  points.forEach(({ k, weight }, i) => {
    const known = starAt.get(keyOf(k));
    if (known !== undefined) {
      known.weight += weight;
      known.members.push(i);
      return;
    }
    const star: Star = { points: [], weight, members: [i] };
    for (const image of imagesOf(k, rotations, signs)) {
      const key = keyOf(image);
      if (starAt.has(key)) continue;
      starAt.set(key, star);
      star.points.push(star.points.length === 0 ? k : image);
    }
    stars.push(star);
  });
  return stars;
}

/** The parts of a star that the crystal's own operations take into themselves, each by its first point. */
function orbitsOf(
  { points, weight }: Star,
  rotations: readonly Mat3[],
  signs: readonly number[],
): WeightedKpoint[] {
  return starsOf(
    points.map((k) => ({ k, weight: 1 })),
    rotations,
    signs,
  ).map(({ points: [k], members }) => ({ k: k!, weight: (weight * members.length) / points.length }));
}

/** W⁻ᵀ k and, with time reversal, −W⁻ᵀ k; moved to (−1/2, 1/2]. The first is k itself, as the identity comes first. */
function* imagesOf(k: Vec3, rotations: readonly Mat3[], signs: readonly number[]): Iterable<Vec3> {
  yield centred(k);
  for (const rotation of rotations) {
    const [x, y, z] = matVec(rotation, k);
    for (const sign of signs) yield centred([sign * x, sign * y, sign * z]);
  }
}

const centred = ([x, y, z]: Vec3): Vec3 => [intoZone(x), intoZone(y), intoZone(z)];
/** Moved to (−1/2, 1/2]. */
const intoZone = (x: number): number => x - Math.ceil(x - 0.5 - 1e-12) + 0;

/*
 * Points that differ by less than 1/STEPS are one. A fraction whose denominator is an odd number times at most this power of two
 * never lies half-way between two steps, where rounding would decide.
 */
const STEPS = 2 ** 17;

const keyOf = (k: Vec3): number => (step(k[0]) * STEPS + step(k[1])) * STEPS + step(k[2]);
const step = (x: number): number => {
  const rounded = Math.round((x - Math.floor(x)) * STEPS);
  return rounded === STEPS ? 0 : rounded;
};
