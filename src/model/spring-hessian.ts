import { atomicNumber } from "../atoms/elements.ts";
import { add, cross, type Mat3, mapVec, norm, rowsVec, scale, sub, type Vec3 } from "../common/vec3.ts";
import type { Coordinates } from "./deformation.ts";
import { createLattice, planeSpacings } from "./lattice.ts";
import type { Structure } from "./structure.ts";

/**
 * Lengths r₀ [bohr], exponents α [bohr⁻²] of k = 0.45 e^{α(r₀² − r²)} by rows, to the third
 * [LBK95].
 */
const LENGTHS = [
  [1.35, 2.1, 2.53],
  [2.1, 2.87, 3.4],
  [2.53, 3.4, 3.4],
] as const;
const EXPONENTS = [
  [1, 0.3949, 0.3949],
  [0.3949, 0.28, 0.28],
  [0.3949, 0.28, 0.28],
] as const;
const STIFFEST = 0.45; // [Ha/bohr²]
/** Crystals are stiffer than that beyond the second row: silicon's optical mode by this factor. */
const BEYOND_SECOND_ROW = 1.8;
/** Stiffness across a bond relative to along it; 0.1 to 0.3 in covalent systems. */
const ACROSS = 0.15;
/** Of every coordinate by itself, so that none is free [Ha/bohr²]. */
const LEAST = 0.01;
/** Atoms so far from all images in every direction are a molecule [bohr]. */
const APART = 6;
/** Springs softer than this part of the least are left out. */
const NEGLIGIBLE = 0.01;

/**
 * Returns a model of the second derivatives of the energy, row by row [Ha/bohr²]: springs between
 * all atoms, images included, of the stiffness that Lindh and others found for bonds [LBK95], and
 * weaker ones across them. A first guess for quasi-Newton methods, positive definite.
 */
export function springHessian({ lattice, atoms }: Structure, { count, bond }: Coordinates): Float64Array {
  const hessian = new Float64Array(count * count);
  for (let i = 0; i < count; i++) hessian[i * count + i] = LEAST;
  const rows = atoms.map(({ element }) => rowOf(element));
  const heights = planeSpacings(createLattice(lattice));
  atoms.forEach(({ position: from }, i) => {
    atoms.forEach(({ position: to }, j) => {
      if (j < i) return;
      const [r0, alpha] = [LENGTHS[rows[i]!]![rows[j]!]!, EXPONENTS[rows[i]!]![rows[j]!]!];
      const reach = Math.sqrt(r0 * r0 + Math.log(STIFFEST / (NEGLIGIBLE * LEAST)) / alpha);
      for (const r of images(sub(to, from), heights, reach)) {
        const vector = rowsVec(lattice, r);
        const length = norm(vector);
        if (length > reach || length < 1e-6) continue;
        // a pair of an atom and its own image is met from both sides
        const shared = (i === j ? 0.5 : 1) * (rows[i] === 2 && rows[j] === 2 ? BEYOND_SECOND_ROW : 1);
        const k = shared * STIFFEST * Math.min(1.5, Math.exp(alpha * (r0 * r0 - length * length)));
        addSpring(hessian, count, bond(i, j, vector), vector, length, k);
      }
    });
  });
  // Springs across bonds hold a molecule as a whole, which nothing does.
  if (count === 3 * atoms.length)
    for (const q of rotations(lattice, atoms, heights)) {
      const image = q.map((_, i) => q.reduce((sum, x, j) => sum + hessian[i * count + j]! * x, 0));
      const stiffness = q.reduce((sum, x, i) => sum + x * image[i]!, 0);
      for (let i = 0; i < count; i++)
        for (let j = 0; j < count; j++)
          hessian[i * count + j]! +=
            (stiffness + LEAST) * q[i]! * q[j]! - q[i]! * image[j]! - image[i]! * q[j]!;
    }
  return hessian;
}

/**
 * Returns orthonormal displacements of all atoms that turn a molecule, three or for a linear one
 * two; none where the atoms are less than `APART` from their images.
 */
function rotations(
  lattice: Mat3,
  atoms: Structure["atoms"],
  heights: readonly [number, number, number],
): number[][] {
  /** Where the largest gap of the atoms ends along each vector, fractional; its length [bohr]. */
  const gaps = heights.map((height, axis) => {
    const sorted = atoms
      .map(({ position }) => position[axis]! - Math.floor(position[axis]!))
      .sort((a, b) => a - b);
    return sorted
      .map((x, i) => ({ end: x, length: height * (x - (i === 0 ? sorted.at(-1)! - 1 : sorted[i - 1]!)) }))
      .reduce((a, b) => (b.length > a.length ? b : a));
  });
  if (gaps.some(({ length }) => length < APART)) return [];
  const places = atoms.map(({ position }) =>
    rowsVec(
      lattice,
      mapVec(position, (x, axis) => x - gaps[axis]!.end - Math.floor(x - gaps[axis]!.end + 1e-9)),
    ),
  );
  const middle = scale(1 / places.length, places.reduce(add, [0, 0, 0]));
  const found: number[][] = [];
  for (const axis of [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ] as const) {
    // biome-ignore format: one line
    let q = places.flatMap((place) => [...cross(axis, sub(place, middle))]);
    for (const other of found) {
      const share = q.reduce((sum, x, i) => sum + x * other[i]!, 0);
      q = q.map((x, i) => x - share * other[i]!);
    }
    const length = Math.sqrt(q.reduce((sum, x) => sum + x * x, 0));
    if (length > 1e-3) found.push(q.map((x) => x / length));
  }
  return found;
}

/** Returns fractional vectors d + n, n integer, that may be shorter than `reach`. */
function* images(d: Vec3, heights: readonly [number, number, number], reach: number): Generator<Vec3> {
  const [a, b, c] = heights.map((height, i) => {
    const to = reach / height;
    const first = Math.ceil(-to - d[i]!);
    return Array.from(
      { length: Math.max(0, Math.floor(to - d[i]!) - first + 1) },
      (_, n) => d[i]! + first + n,
    );
  });
  for (const x of a!) for (const y of b!) for (const z of c!) yield [x, y, z];
}

/** H ← H + k [s δδᵀ + (1 − s)(r̂·δ)(r̂·δ)ᵀ], δ the change of the bond's vector. */
function addSpring(
  hessian: Float64Array,
  count: number,
  rows: readonly [Float64Array, Float64Array, Float64Array],
  vector: Vec3,
  length: number,
  k: number,
): void {
  const along = rows[0].map(
    (x, i) => (x * vector[0] + rows[1][i]! * vector[1] + rows[2][i]! * vector[2]) / length,
  );
  for (const [row, weight] of [
    [along, (1 - ACROSS) * k],
    ...rows.map((each) => [each, ACROSS * k] as const),
  ] as const)
    for (let i = 0; i < count; i++) {
      if (row[i] === 0) continue;
      for (let j = 0; j < count; j++) hessian[i * count + j]! += weight * row[i]! * row[j]!;
    }
}

/** Row of the periodic table, from 0, at most 2. */
function rowOf(element: string): 0 | 1 | 2 {
  const z = atomicNumber(element);
  return z <= 2 ? 0 : z <= 10 ? 1 : 2;
}
