import { requireInput } from "../common/failure.ts";
import { cross, det, inverse, type Mat3, norm, scale, transpose, type Vec3 } from "../common/vec3.ts";

/** Number of lattice vectors along which functions vary; others only carry the unit of volume. */
export type Dimension = 1 | 2 | 3;

/** A Bravais lattice: vectors are rows [bohr]; reciprocal vectors (rows, bohr⁻¹) include 2π. */
export interface Lattice {
  readonly vectors: Mat3;
  readonly reciprocal: Mat3;
  /** Ω [bohr³], positive for either handedness. */
  readonly volume: number;
  readonly dimension: Dimension;
  /** Vectors [bohr] of the cell that chose the plane waves, if strained since. Default: its own. */
  readonly waves?: Mat3;
}

/** Larger components [bohr] have no finite volume in floating point. */
const LARGEST = 1e50;

/**
 * Makes a lattice.
 *
 * @param vectors lattice vectors as rows [bohr].
 * @param dimension below 3, functions are constant along the last vectors: plane waves vary along
 *   the first ones.
 * @throws InputError if vectors are not finite, or (nearly) linearly dependent.
 */
export function createLattice(vectors: Mat3, dimension: Dimension = 3): Lattice {
  requireInput(
    vectors.flat().every((x) => Math.abs(x) <= LARGEST),
    () =>
      `structure.lattice: every component must be a finite number of bohr, at most ${LARGEST}, got ${JSON.stringify(vectors)}`,
  );
  const volume = Math.abs(det(vectors));
  const box = norm(vectors[0]) * norm(vectors[1]) * norm(vectors[2]);
  requireInput(
    box > 0 && volume > 1e-6 * box,
    () =>
      `structure.lattice: the three vectors must span a volume, got ${JSON.stringify(vectors)} with volume ${volume} bohr³`,
  );
  return { vectors, reciprocal: scaleRows(2 * Math.PI, transpose(inverse(vectors))), volume, dimension };
}

const scaleRows = (s: number, m: Mat3): Mat3 => [scale(s, m[0]), scale(s, m[1]), scale(s, m[2])];

/** Returns distances of neighbouring lattice planes spanned by the other two vectors [bohr]. */
export function planeSpacings({ vectors: [a, b, c], volume }: Lattice): [number, number, number] {
  return [volume / norm(cross(b, c)), volume / norm(cross(c, a)), volume / norm(cross(a, b))];
}

/** A stretch along a lattice vector without atoms. */
export interface Gap {
  /** Across planes of the other two vectors [bohr]. */
  readonly width: number;
  /** Fractional coordinate of its middle, in [0, 1). */
  readonly middle: number;
  /** Width of the second widest [bohr], zero for a single plane of atoms. */
  readonly next: number;
}

/** Returns the widest stretch along each lattice vector without atoms. */
export function widestGaps(lattice: Lattice, atoms: readonly { readonly position: Vec3 }[]): [Gap, Gap, Gap] {
  const [x, y, z] = planeSpacings(lattice);
  const along = (i: 0 | 1 | 2, spacing: number): Gap => {
    const { width, start, next } = widestGap(atoms.map(({ position }) => position[i]));
    return { width: spacing * width, middle: (start + width / 2) % 1, next: spacing * next };
  };
  return [along(0, x), along(1, y), along(2, z)];
}

/** Finds the longest stretch of a circle of length 1 without any of the given points. */
function widestGap(points: readonly number[]): {
  readonly width: number;
  readonly start: number;
  readonly next: number;
} {
  const sorted = points.map((x) => x - Math.floor(x)).sort((a, b) => a - b);
  const last = sorted.at(-1)!;
  const widths = sorted.map((x, i) => (i === 0 ? x + 1 - last : x - sorted[i - 1]!));
  const width = Math.max(...widths);
  const end = widths.indexOf(width);
  const next = Math.max(0, ...widths.filter((_, i) => i !== end));
  return { width, start: end === 0 ? last : sorted[end - 1]!, next };
}

/** Atoms leave a gap of this width in front of a surface [bohr]. */
export const VACUUM_GAP = 10;

/** Returns the axes along which atoms leave a vacuum: one for a slab, three for a molecule. */
export function vacuumAxes(lattice: Lattice, atoms: readonly { readonly position: Vec3 }[]): (0 | 1 | 2)[] {
  const gaps = widestGaps(lattice, atoms);
  return ([0, 1, 2] as const).filter((axis) => gaps[axis].width >= VACUUM_GAP);
}

/** Returns the axis with the largest plane spacing, for long waves; the last of equal ones. */
export function longAxis(lattice: Lattice): 0 | 1 | 2 {
  const spacings = planeSpacings(lattice);
  const longest = Math.max(...spacings);
  // Rounding must not decide between equal axes.
  return ([2, 1, 0] as const).find((axis) => spacings[axis]! > longest * (1 - 1e-9)) ?? 2;
}

/**
 * Makes a lattice of one, two or three vectors with as many components each [bohr]. Missing vectors
 * are perpendicular, of length `width`: a one-dimensional density in bohr⁻³ counts particles per
 * bohr and width².
 *
 * @throws InputError if there are not as many vectors as components, or they do not span the cell.
 */
export function cellLattice(cell: readonly (readonly number[])[], width = 1): Lattice {
  const dimension = cell.length;
  requireInput(
    isDimension(dimension) && cell.every((vector) => vector.length === dimension),
    () =>
      `cell: one, two or three vectors with as many components each expected, got ${JSON.stringify(cell)}; [[10]] is one of 10 bohr in 1-D`,
  );
  requireInput(width > 0 && Number.isFinite(width), () => `width: must be a positive length, got ${width}`);
  const component = (i: number, j: number) => cell[i]?.[j] ?? (i === j ? width : 0);
  const row = (i: number): Vec3 => [component(i, 0), component(i, 1), component(i, 2)];
  return createLattice([row(0), row(1), row(2)], dimension);
}

/**
 * Returns rows of given lengths and cosines of the angles opposite to them, a along x and b in the
 * xy plane; a NaN in the last row where such angles span no volume.
 */
export function rowsOfAngles([a, b, c]: Vec3, [cosBC, cosAC, cosAB]: Vec3): Mat3 {
  const sine = Math.sqrt(1 - cosAB * cosAB);
  const y = (cosBC - cosAC * cosAB) / sine;
  return [
    [a, 0, 0],
    [b * cosAB, b * sine, 0],
    [c * cosAC, c * y, c * Math.sqrt(1 - cosAC * cosAC - y * y)],
  ];
}

const isDimension = (n: number): n is Dimension => n === 1 || n === 2 || n === 3;

/** Returns the mean number of plane waves of spheres ½|k+G|² ≤ ecut: Ω (2 ecut)^{3/2}/(6π²). */
export const meanPlaneWaves = (volume: number, ecut: number): number =>
  (volume * (2 * ecut) ** 1.5) / (6 * Math.PI ** 2);
