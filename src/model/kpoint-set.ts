import { requireInput } from "../common/failure.ts";
import { type Mat3, matVec, type Vec3 } from "../common/vec3.ts";
import { pointOperationsOfKgrid, reciprocalRotation } from "./crystal-symmetry/symmetry-subgroups.ts";
import { irreducibleKpoints, monkhorstPack, type WeightedKpoint } from "./kgrid.ts";
import { IDENTITY, matrixKey, type SymmetryOperation } from "./symmetry.ts";

/** Sampling of the Brillouin zone: divisions with one or more shifts, or a list of points. */
export type KpointChoice =
  | { readonly kgrid: Vec3; readonly kshifts: readonly Vec3[] }
  | { readonly list: readonly WeightedKpoint[] };

/** Most points of a sampling before symmetry: as many are reduced in a second. */
export const MOST_KPOINTS = 1_000_000;
/** The same with the images of points under all operations, where a grid lacks some of them. */
const MOST_IMAGES = 1e7;

/** Returns the number of points of a sampling before symmetry, and how to write it. */
export function samplingSize(choice: KpointChoice): { readonly points: number; readonly text: string } {
  if ("list" in choice) return { points: choice.list.length, text: `${choice.list.length}` };
  const { kgrid, kshifts } = choice;
  const points = kgrid[0] * kgrid[1] * kgrid[2] * kshifts.length;
  const shifts = kshifts.length === 1 ? "" : ` with ${kshifts.length} shifts`;
  return { points, text: `${kgrid.join("x")}${shifts} = ${points.toPrecision(3)}` };
}

/** Treatment of a sampling without the symmetry of the crystal. */
export type KgridSymmetry = "crystal" | "none";

/** k-points to compute, and operations that turn their density into that of the whole sampling. */
export interface KpointSet {
  /** No two are equivalent; weights add to 1. */
  readonly kpoints: readonly WeightedKpoint[];
  /** A group: all given operations, or those under which the sampling is invariant. */
  readonly operations: readonly SymmetryOperation[];
  /** Number of operations under which the sampling is invariant as given. */
  readonly kept: number;
  /** Number of points of the sampling. */
  readonly chosen: number;
  /** Number of points of the whole symmetric set; exceeds `chosen` if rotated points were added. */
  readonly whole: number;
}

/** Symmetries that determine the number of k-points. */
export interface KpointSymmetry {
  /** Space group of the crystal. */
  readonly operations: readonly SymmetryOperation[];
  /** Rotations W of the bare lattice, a group containing the crystal's. Default the crystal's. */
  readonly lattice?: (() => readonly Mat3[]) | undefined;
  /** Orbitals at k and −k are complex conjugate. Default true. */
  readonly timeReversal?: boolean | undefined;
  /** Default `crystal`. */
  readonly kgridSymmetry?: KgridSymmetry | undefined;
}

/**
 * Returns the k-points to compute.
 *
 * A grid that is invariant under the crystal's rotations is reduced by them. Any other is replaced,
 * as in pw.x, by its mean over the rotations R of the lattice: with the density μ of the grid's
 * points
 *
 *   μ′ = (1/|P|) Σ_R R μ,
 *
 * so that each point shares its weight with all its images, and the set has the symmetry of every
 * crystal on this lattice. A list of points is replaced by its mean over the crystal's operations.
 * With `kgridSymmetry: "none"` the points stay as they are, and only operations under which they
 * are invariant are used.
 *
 * @throws InputError for invalid divisions, shifts, points or weights.
 */
export function chooseKpoints(choice: KpointChoice, symmetry: KpointSymmetry): KpointSet {
  const { operations, timeReversal = true, kgridSymmetry = "crystal" } = symmetry;
  const invariant = invariantUnder(choice, operations);
  const isInvariant = invariant.length === operations.length;
  if ("kgrid" in choice && choice.kshifts.length === 1 && (isInvariant || kgridSymmetry === "none")) {
    const { kpoints } = irreducibleKpoints(choice.kgrid, choice.kshifts[0]!, invariant, timeReversal);
    const whole = choice.kgrid[0] * choice.kgrid[1] * choice.kgrid[2];
    return { kpoints, operations: invariant, kept: invariant.length, chosen: whole, whole };
  }
  const used = kgridSymmetry === "none" ? invariant : operations;
  const own = rotationsOf(used);
  const addsRotated = "kgrid" in choice && !isInvariant && kgridSymmetry === "crystal";
  const lattice = addsRotated ? (symmetry.lattice?.().map(reciprocalRotation) ?? own) : own;
  const signs = timeReversal ? [1, -1] : [1];
  if (!isInvariant && used === operations) requireFewImages(choice, lattice.length * signs.length);
  const points = pointsOf(choice);
  const stars = starsOf(points, lattice, signs);
  const kpoints = stars.flatMap((star) => orbitsOf(star, own, signs));
  return {
    kpoints,
    operations: used,
    kept: invariant.length,
    chosen: points.length,
    whole: addsRotated ? stars.reduce((sum, { points: images }) => sum + images.length, 0) : points.length,
  };
}

/** Refuses samplings whose images under the operations are too many to be looked at. */
function requireFewImages(choice: KpointChoice, each: number): void {
  const { points, text } = samplingSize(choice);
  const name = "list" in choice ? "kpoints" : "kgrid";
  const remedy = name === "kgrid" ? "give equal divisions to equivalent axes, or fewer" : "give fewer";
  requireInput(
    points * each <= MOST_IMAGES,
    () =>
      `${name}: must have the crystal's symmetry or at most ${Math.floor(MOST_IMAGES / each)} k-points, got ${text}, which the operations turn into others; ${remedy}`,
  );
}

/** Classes of points equivalent under all operations, whether or not the sampling is invariant. */
export interface KpointClasses {
  readonly kpoints: readonly WeightedKpoint[];
  /** Index in `kpoints` of the representative of each point, the grids of all shifts in turn. */
  readonly representative: Int32Array;
}

/**
 * Returns one point of each class, enough for sums of levels, which equivalent points share.
 *
 * @throws InputError for many points that the operations turn into others.
 */
export function kpointClasses(
  choice: KpointChoice,
  operations: readonly SymmetryOperation[],
  timeReversal = true,
): KpointClasses {
  const [rotations, signs] = [rotationsOf(operations), timeReversal ? [1, -1] : [1]];
  if (invariantUnder(choice, operations).length < operations.length)
    requireFewImages(choice, rotations.length * signs.length);
  const points = pointsOf(choice);
  const stars = starsOf(points, rotations, signs);
  const representative = new Int32Array(points.length);
  stars.forEach(({ members }, s) => {
    for (const i of members) representative[i] = s;
  });
  return { kpoints: stars.map(({ points: [k], weight }) => ({ k: k!, weight })), representative };
}

/**
 * Returns all points that those of a reduced set stand for, k and −k as one where time reversal
 * allows it. Weights stay the same in sum.
 */
export function wholeSampling(
  { kpoints, operations }: Pick<KpointSet, "kpoints" | "operations">,
  timeReversal = true,
): WeightedKpoint[] {
  const [rotations, signs] = [rotationsOf(operations), timeReversal ? [1, -1] : [1]];
  return kpoints.flatMap((point) =>
    starsOf([point], rotations, signs).flatMap((star) => orbitsOf(star, rotationsOf([IDENTITY]), signs)),
  );
}

/** A k-point, and how many of a sampling it stands for. */
export interface CountedKpoint {
  readonly k: Vec3;
  readonly multiplicity: number;
}

/**
 * Returns the whole sampling with the least whole numbers that have the ratios of the weights;
 * undefined where there are none below `MOST_COUNTED`.
 */
export function wholeMesh(set: Pick<KpointSet, "kpoints" | "operations">): CountedKpoint[] | undefined {
  const points = wholeSampling(set);
  for (let whole = 1; whole <= MOST_COUNTED; whole++) {
    const isWhole = ({ weight }: WeightedKpoint) =>
      Math.abs(weight * whole - Math.round(weight * whole)) < 1e-8 && weight * whole > 0.5;
    if (points.every(isWhole))
      return points.map(({ k, weight }) => ({ k, multiplicity: Math.round(weight * whole) }));
  }
  return undefined;
}

/** Most points of a sampling in `wholeMesh`, k and −k counted. */
const MOST_COUNTED = 50_000;

/** Returns the points of a sampling, with weights that add to 1. */
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

/** Returns the operations under which points and weights are invariant up to reciprocal vectors. */
function invariantUnder(choice: KpointChoice, operations: readonly SymmetryOperation[]): SymmetryOperation[] {
  if (operations.length === 1) return [...operations];
  if ("kgrid" in choice && choice.kshifts.length === 1)
    return atLeastIdentity(pointOperationsOfKgrid(operations, choice.kgrid, choice.kshifts[0]!));
  const points = pointsOf(choice);
  const weights = new Map<number, number>();
  for (const { k, weight } of points) weights.set(keyOf(k), (weights.get(keyOf(k)) ?? 0) + weight);
  const accepted = new Map<string, boolean>();
  return atLeastIdentity(
    operations.filter(({ rotation }) => {
      const name = matrixKey(rotation);
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

/** Returns the distinct W⁻ᵀ of the operations. */
const rotationsOf = (operations: readonly SymmetryOperation[]): Mat3[] =>
  [...new Map(operations.map(({ rotation }) => [matrixKey(rotation), rotation])).values()].map(
    reciprocalRotation,
  );

/** All images of a point. */
interface Star {
  /** The first one is that of the sampling. */
  readonly points: Vec3[];
  /** Total weight of the points of the sampling in the star. */
  weight: number;
  /** Indices of these points. */
  readonly members: number[];
}

/** Returns the stars of points under a group of rotations and signs, ordered by first points. */
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

/** Splits a star into orbits of the crystal's own operations, each by its first point. */
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

/** Yields k, then W⁻ᵀ k and, with time reversal, −W⁻ᵀ k; moved to (−1/2, 1/2]. */
function* imagesOf(k: Vec3, rotations: readonly Mat3[], signs: readonly number[]): Iterable<Vec3> {
  yield centred(k);
  for (const rotation of rotations) {
    const [x, y, z] = matVec(rotation, k);
    for (const sign of signs) yield centred([sign * x, sign * y, sign * z]);
  }
}

const centred = ([x, y, z]: Vec3): Vec3 => [intoZone(x), intoZone(y), intoZone(z)];
/** Moves a component to (−1/2, 1/2]. */
const intoZone = (x: number): number => x - Math.ceil(x - 0.5 - 1e-12) + 0;

/**
 * Points that differ by less than 1/STEPS are equal. A fraction with a denominator of an odd number
 * times at most this power of two never lies half-way between two steps, where rounding would
 * decide.
 */
const STEPS = 2 ** 17;

const keyOf = (k: Vec3): number => (step(k[0]) * STEPS + step(k[1])) * STEPS + step(k[2]);
const step = (x: number): number => {
  const rounded = Math.round((x - Math.floor(x)) * STEPS);
  return rounded === STEPS ? 0 : rounded;
};
