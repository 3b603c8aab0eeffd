import { covalentRadius } from "../atoms/covalent-radii.ts";
import { dot, type Mat3, norm, rowsVec, scale, sub, type Vec3 } from "../common/vec3.ts";
import { createLattice, planeSpacings } from "./lattice.ts";
import { cartesianPositions, type Structure, toFractional } from "./structure.ts";

/**
 * Smallest distance of atoms over the sum of their covalent radii. Molecules and crystals have 0.8
 * and more, 0.6 under pressure.
 */
export const CLOSE = 0.5;

/** Two atoms that are too near. */
export interface ClosePair {
  /** Indices of the atoms; equal for an atom and its own image. */
  readonly first: number;
  readonly second: number;
  /** [bohr] */
  readonly distance: number;
  /** Smallest distance accepted [bohr]. */
  readonly least: number;
}

/**
 * Returns the pair of atoms nearest relative to its covalent radii, periodic images in cells of any
 * shape included; undefined if no pair is nearer than `CLOSE` times their sum.
 */
export function closePair(structure: Structure): ClosePair | undefined {
  const { atoms } = structure;
  const lattice = reduced(structure.lattice);
  const fractional = toFractional(lattice);
  const positions = cartesianPositions(structure).map(fractional);
  const radii = atoms.map(({ element }) => covalentRadius(element));
  const heights = planeSpacings(createLattice(lattice));
  const largest = radii.reduce((most, r) => Math.max(most, r), 0);
  const neighbours = neighbourFinder(positions, heights, 2 * CLOSE * largest);
  let worst: ClosePair | undefined;
  for (let i = 0; i < atoms.length; i++)
    for (const j of neighbours(i)) {
      if (j < i) continue;
      const least = CLOSE * (radii[i]! + radii[j]!);
      const distance = nearestImage(lattice, heights, sub(positions[j]!, positions[i]!), least, i === j);
      if (distance < least && (worst === undefined || distance / least < worst.distance / worst.least))
        worst = { first: i, second: j, distance, least };
    }
  return worst;
}

/** Most boxes along an axis, so that a long cell with few atoms has few of them. */
const MOST_BOXES = 64;

/** Sorts atoms into boxes at least as high as `reach`; returns the atoms near atom i, ascending. */
function neighbourFinder(
  positions: readonly Vec3[],
  heights: Vec3,
  reach: number,
): (i: number) => readonly number[] {
  const counts = heights.map((height) =>
    Math.max(1, Math.min(MOST_BOXES, Math.floor(height / Math.max(reach, 1e-6)))),
  );
  const [n1, n2, n3] = counts as [number, number, number];
  const along = (x: number, n: number) => Math.min(n - 1, Math.floor((x - Math.floor(x)) * n));
  const boxes = new Map<number, number[]>();
  const boxOf = positions.map(([x, y, z], i) => {
    const place = [along(x, n1), along(y, n2), along(z, n3)] as const;
    const key = place[0] + n1 * (place[1] + n2 * place[2]);
    const box = boxes.get(key);
    if (box === undefined) boxes.set(key, [i]);
    else box.push(i);
    return place;
  });
  const about = (at: number, n: number) =>
    n < 3 ? Array.from({ length: n }, (_, b) => b) : [(at + n - 1) % n, at, (at + 1) % n];
  const known = new Map<number, readonly number[]>();
  return (i) => {
    const [x, y, z] = boxOf[i]!;
    const key = x + n1 * (y + n2 * z);
    let found = known.get(key);
    if (found === undefined) {
      found = about(z, n3)
        .flatMap((c) =>
          about(y, n2).flatMap((b) => about(x, n1).flatMap((a) => boxes.get(a + n1 * (b + n2 * c)) ?? [])),
        )
        .sort((a, b) => a - b);
      known.set(key, found);
    }
    return found;
  };
}

/** Returns the least |x + n| up to `reach`, n integer, or infinity; `isSelf` leaves out n = 0. */
function nearestImage(lattice: Mat3, heights: Vec3, x: Vec3, reach: number, isSelf: boolean): number {
  // |(x + n)·b_i| ≤ reach/height: other n lie farther from the plane through the origin.
  const range = ([0, 1, 2] as const).map((i) => ({
    from: Math.ceil(-reach / heights[i] - x[i]),
    to: Math.floor(reach / heights[i] - x[i]),
  }));
  let least = Number.POSITIVE_INFINITY;
  for (let a = range[0]!.from; a <= range[0]!.to; a++)
    for (let b = range[1]!.from; b <= range[1]!.to; b++)
      for (let c = range[2]!.from; c <= range[2]!.to; c++) {
        if (isSelf && a === 0 && b === 0 && c === 0) continue;
        least = Math.min(least, norm(rowsVec(lattice, [x[0] + a, x[1] + b, x[2] + c])));
      }
  return least;
}

/** Reduces a basis until no vector becomes shorter by adding a multiple of one other. */
function reduced(lattice: Mat3): Mat3 {
  const basis: [Vec3, Vec3, Vec3] = [lattice[0], lattice[1], lattice[2]];
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    for (const [i, j] of PAIRS) {
      const times = Math.round(dot(basis[i], basis[j]) / dot(basis[j], basis[j]));
      const shorter = sub(basis[i], scale(times, basis[j]));
      // avoids endless swaps by rounding
      if (dot(shorter, shorter) >= dot(basis[i], basis[i]) * (1 - 1e-9)) continue;
      basis[i] = shorter;
      isChanged = true;
    }
  }
  return basis;
}

const PAIRS = [
  [0, 1],
  [1, 0],
  [0, 2],
  [2, 0],
  [1, 2],
  [2, 1],
] as const;
