import { requireInput } from "../common/failure.ts";
import { cross, det, inverse, type Mat3, norm, scale, transpose } from "../common/vec3.ts";

/** A Bravais lattice: vectors are rows, in bohr; reciprocal vectors (rows, bohr⁻¹) include the factor 2π. */
export interface Lattice {
  readonly vectors: Mat3;
  readonly reciprocal: Mat3;
  /** Ω [bohr³], positive whatever the handedness. */
  readonly volume: number;
}

/**
 * @param vectors lattice vectors as rows [bohr].
 * @throws InputError if they are not finite or (nearly) linearly dependent.
 */
export function createLattice(vectors: Mat3): Lattice {
  requireInput(
    vectors.flat().every(Number.isFinite),
    () => `structure.lattice: every component must be a finite number, got ${JSON.stringify(vectors)}`,
  );
  const volume = Math.abs(det(vectors));
  const box = norm(vectors[0]) * norm(vectors[1]) * norm(vectors[2]);
  requireInput(
    box > 0 && volume > 1e-6 * box,
    () =>
      `structure.lattice: the three vectors must span a volume, got ${JSON.stringify(vectors)} with volume ${volume} bohr³`,
  );
  return { vectors, reciprocal: scaleRows(2 * Math.PI, transpose(inverse(vectors))), volume };
}

const scaleRows = (s: number, m: Mat3): Mat3 => [scale(s, m[0]), scale(s, m[1]), scale(s, m[2])];

/** Distance between neighbouring lattice planes spanned by the two other vectors, one per direction [bohr]. */
export function planeSpacings({ vectors: [a, b, c], volume }: Lattice): [number, number, number] {
  return [volume / norm(cross(b, c)), volume / norm(cross(c, a)), volume / norm(cross(a, b))];
}
