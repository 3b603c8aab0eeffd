import {
  det,
  dot,
  inverse,
  type Mat3,
  matMul,
  norm,
  rowsVec,
  scale,
  sub,
  transpose,
  type Vec3,
} from "../../common/vec3.ts";

/** A rotation of the lattice: images of basis vectors as integer combinations of them. */
export interface LatticeRotation {
  /** Row i: coordinates of the image of basis vector i. Determinant 1. */
  readonly images: Mat3;
  /** 1, 2, 3, 4 or 6. */
  readonly order: number;
}

/** Relative error of equal lengths and angles: lattices are typed with four digits or more. */
export const SAME = 1e-4;

/** Returns a lattice's shortest basis: adding 0, ±1 times the others shortens none (Minkowski). */
export function reducedBasis(vectors: Mat3): Mat3 {
  const basis = [...vectors] as [Vec3, Vec3, Vec3];
  let changed = true;
  const shorten = (i: number, v: Vec3): void => {
    // less is rounding and would never end
    if (!(dot(v, v) < dot(basis[i]!, basis[i]!) * (1 - 1e-9))) return;
    basis[i] = v;
    changed = true;
  };
  while (changed) {
    changed = false;
    for (let i = 0; i < 3; i++) {
      const [j, k] = [(i + 1) % 3, (i + 2) % 3];
      // many multiples of a short vector at once: one by one a sheared basis would not end
      for (const short of [basis[j]!, basis[k]!]) {
        const multiple = Math.round(dot(basis[i]!, short) / dot(short, short));
        if (Math.abs(multiple) > 1) shorten(i, sub(basis[i]!, scale(multiple, short)));
      }
      for (const [x, y] of NEIGHBOURS) shorten(i, combine([basis[i]!, basis[j]!, basis[k]!], [1, x, y]));
    }
  }
  return basis;
}

const STEPS = [-1, 0, 1];
const NEIGHBOURS = STEPS.flatMap((x) => STEPS.map((y) => [x, y] as const)).filter(
  ([x, y]) => x !== 0 || y !== 0,
);

const combine = (basis: Mat3, v: Vec3): Vec3 => rowsVec(basis, v);

/**
 * Returns all proper rotations of the lattice with this reduced basis. Images of basis vectors are
 * lattice vectors of the same length; for a reduced basis coordinates up to ±2 suffice.
 */
export function latticeRotations(basis: Mat3): LatticeRotation[] {
  const range = [-2, -1, 0, 1, 2];
  const candidates = range.flatMap((x) => range.flatMap((y) => range.map((z): Vec3 => [x, y, z])));
  const cart = candidates.map((v) => combine(basis, v));
  const same = (a: number, b: number, size: number) => Math.abs(a - b) <= SAME * size;
  const [a, b, c] = basis;
  const images = basis.map((v) =>
    candidates.flatMap((n, i) => (same(norm(cart[i]!), norm(v), norm(v)) ? [{ n, r: cart[i]! }] : [])),
  );
  const angle = (p: Vec3, q: Vec3, u: Vec3, v: Vec3) => same(dot(p, q), dot(u, v), norm(u) * norm(v));
  const found: LatticeRotation[] = [];
  for (const p of images[0]!)
    for (const q of images[1]!) {
      if (!angle(p.r, q.r, a, b)) continue;
      for (const s of images[2]!) {
        const rows: Mat3 = [p.n, q.n, s.n];
        if (angle(q.r, s.r, b, c) && angle(s.r, p.r, c, a) && det(rows) === 1)
          found.push({ images: rows, order: orderOf(rows) });
      }
    }
  return found;
}

/**
 * Returns all rotations W of a lattice, also improper ones, in the coordinates of the given
 * vectors: x → W x. A group.
 *
 * @param vectors rows [bohr].
 */
export function latticePointGroup(vectors: Mat3): Mat3[] {
  const basis = reducedBasis(vectors);
  const toReduced = whole(matMul(basis, inverse(vectors)));
  const fromReduced = whole(inverse(toReduced));
  return latticeRotations(basis).flatMap(({ images }) => {
    // Rows are images of the given vectors in terms of themselves, which W has as columns.
    const w = transpose(matMul(matMul(fromReduced, images), toReduced));
    return [w, whole(w, -1)];
  });
}

const whole = (m: Mat3, sign = 1): Mat3 => {
  const row = ([x, y, z]: Vec3): Vec3 => [
    Math.round(sign * x) + 0,
    Math.round(sign * y) + 0,
    Math.round(sign * z) + 0,
  ];
  return [row(m[0]), row(m[1]), row(m[2])];
};

/** Returns the order from the trace 1 + 2 cos φ. */
const orderOf = (rows: Mat3): number =>
  ({ "3": 1, "-1": 2, "0": 3, "1": 4, "2": 6 })[String(rows[0][0] + rows[1][1] + rows[2][2])] ?? 0;

/** Returns the shortest lattice vector along the axis of a rotation, in basis coordinates. */
export function axisOf({ images, order }: LatticeRotation): Vec3 {
  let longest: Vec3 = [0, 0, 0];
  for (const start of [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ] as const) {
    // The mean over all powers is the projection on the axis.
    let sum: Vec3 = [0, 0, 0];
    let v: Vec3 = start;
    for (let power = 0; power < order; power++) {
      sum = [sum[0] + v[0], sum[1] + v[1], sum[2] + v[2]];
      v = rowsVec(images, v);
    }
    if (dot(sum, sum) > dot(longest, longest)) longest = sum;
  }
  const divisor = longest.map(Math.abs).reduce(gcd);
  return [longest[0] / divisor, longest[1] / divisor, longest[2] / divisor];
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
