import { invariant } from "../common/failure.ts";
import {
  add,
  cross,
  det,
  dot,
  integerVectors,
  inverse,
  type Mat3,
  matMul,
  norm,
  rowsVec,
  scale,
  transpose,
  type Vec3,
} from "../common/vec3.ts";
import { reducedBasis } from "../model/crystal-symmetry/lattice-symmetry.ts";
import { baseCentredMonoclinic, simpleMonoclinic } from "./oblique-zones.ts";

/** Axes of a monoclinic lattice in the convention of its table of special points. */
export interface MonoclinicAxes {
  readonly isCentred: boolean;
  /**
   * Rows [bohr], right-handed: a along the twofold axis; b and c across it at an acute angle; in a
   * centred cell the face of a and b is centred.
   */
  readonly conventional: Mat3;
}

/** Standard primitive vectors of a base-centred monoclinic lattice in conventional axes [SC10]. */
export const BASE_CENTRED: Mat3 = [
  [0.5, 0.5, 0],
  [-0.5, 0.5, 0],
  [0, 0, 1],
];

/**
 * Finds the axes of a monoclinic lattice: the first pair b, c of shortest vectors across the
 * twofold axis for which all special points lie in the first Brillouin zone, as the tables require.
 *
 * @param basis reduced, rows [bohr].
 * @param twofold shortest lattice vector along the axis.
 */
export function monoclinicAxes(basis: Mat3, twofold: Vec3): MonoclinicAxes {
  const vectors = integerVectors(4).map((n) => rowsVec(basis, n));
  const height = norm(twofold);
  const along = (v: Vec3) => dot(v, twofold) / height;
  const isAt = (v: Vec3, h: number) => Math.abs(along(v) - h) < 1e-3 * height;
  const flat = vectors.filter((v) => norm(v) > 0 && isAt(v, 0)).sort((p, q) => norm(p) - norm(q));
  const volume = Math.abs(det(basis));
  const isCentred = vectors.some((v) => isAt(v, height / 2));
  const area = (isCentred ? 2 : 1) * (volume / height);
  const inverted = inverse(basis);
  /** Tells whether ½(a + b) is a lattice vector, so that b is an edge of the centred face. */
  const isEdge = (b: Vec3) =>
    rowsVec(inverted, scale(0.5, add(twofold, b))).every((x) => Math.abs(x - Math.round(x)) < 0.01);
  const table = isCentred ? baseCentredMonoclinic : simpleMonoclinic;
  let first: MonoclinicAxes | undefined;
  for (const b of flat) {
    if (isCentred && !isEdge(b)) continue;
    for (const c of flat) {
      if (dot(b, c) <= 0 || Math.abs(norm(cross(b, c)) / area - 1) > 1e-3) continue;
      if (!isCentred && norm(b) > norm(c)) continue;
      const hand = det([twofold, b, c]) > 0 ? 1 : -1;
      const conventional: Mat3 = [scale(hand, twofold), b, c];
      const primitive = isCentred ? matMul(BASE_CENTRED, conventional) : conventional;
      if (isInFirstZone(primitive, Object.values(table(conventional).points)))
        return { isCentred, conventional };
      first ??= { isCentred, conventional };
    }
  }
  invariant(first !== undefined, () => `no axes of a monoclinic lattice for ${JSON.stringify(basis)}`);
  return first; // for lattices so close to a higher symmetry that rounding decides
}

/**
 * Finds primitive vectors whose reciprocal vectors make no acute angles with each other or with the
 * negative of their sum, by Selling's reduction. Of the four it takes the three shortest: first two
 * vectors that are closest to perpendicular to each other, the longer one first.
 *
 * @param vectors primitive, rows [bohr].
 */
export function triclinicAxes(vectors: Mat3): Mat3 {
  const [b1, b2, b3] = reducedBasis(transpose(inverse(vectors)));
  let four: Vec3[] = [b1, b2, b3, scale(-1, add(add(b1, b2), b3))];
  // Each step lowers the sum of squares, down to its minimum.
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 0; i < 4 && !changed; i++)
      for (let j = i + 1; j < 4 && !changed; j++) {
        const [p, q] = [four[i]!, four[j]!];
        if (dot(p, q) <= 1e-9 * norm(p) * norm(q)) continue;
        const [r, s] = four.filter((_, index) => index !== i && index !== j) as [Vec3, Vec3];
        four = [scale(-1, p), q, add(r, p), add(s, p)];
        changed = true;
      }
  }
  const orders = four.flatMap((x, i) =>
    four.flatMap((y, j) =>
      four.flatMap((z, k) => (i === j || j === k || k === i ? [] : [[x, y, z] as Mat3])),
    ),
  );
  const [best] = orders.sort((p, q) => compared(rankOf(p), rankOf(q)));
  return inverse(transpose(best!));
}

/** Returns criteria for an order of three vectors, most important first; larger is better. */
function rankOf([x, y, z]: Mat3): number[] {
  const cosine = (p: Vec3, q: Vec3) => dot(p, q) / (norm(p) * norm(q));
  const left = norm(add(add(x, y), z));
  return [left, cosine(x, y), norm(x), norm(y), cosine(x, z), cosine(y, z)];
}

/** Compares the first entries that differ by more than rounding, larger ones first. */
function compared(p: readonly number[], q: readonly number[]): number {
  const at = p.findIndex((x, i) => Math.abs(x - q[i]!) > 1e-7 * (Math.abs(x) + Math.abs(q[i]!)));
  return at < 0 ? 0 : q[at]! - p[at]!;
}

/** Tells whether no point, in reciprocal coordinates, lies beyond a Bragg plane 2 k·G = |G|². */
function isInFirstZone(primitive: Mat3, points: readonly Vec3[]): boolean {
  const reciprocal = transpose(inverse(primitive)); // without 2π
  const basis = reducedBasis(reciprocal);
  const waves = integerVectors(2)
    .map((n) => rowsVec(basis, n))
    .filter((g) => norm(g) > 0);
  return points.every((point) => {
    const k = rowsVec(reciprocal, point);
    return waves.every((g) => 2 * dot(k, g) <= dot(g, g) * (1 + 1e-9));
  });
}
