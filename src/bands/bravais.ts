import { invariant } from "../common/failure.ts";
import {
  cross,
  det,
  dot,
  integerVectors,
  inverse,
  type Mat3,
  mapVec,
  matMul,
  norm,
  rowsVec,
  scale,
  type Vec3,
} from "../common/vec3.ts";
import {
  axisOf,
  type LatticeRotation,
  latticeRotations,
  reducedBasis,
  SAME,
} from "../model/crystal-symmetry/lattice-symmetry.ts";
import { BASE_CENTRED, monoclinicAxes, triclinicAxes } from "./oblique-axes.ts";

/** Bravais types by their Pearson letters. */
export type BravaisType =
  | "cP"
  | "cF"
  | "cI"
  | "tP"
  | "tI"
  | "oP"
  | "oF"
  | "oI"
  | "oC"
  | "hP"
  | "hR"
  | "mP"
  | "mC"
  | "aP";

/** Symmetry of the lattice, without regard to the atoms. */
export interface Bravais {
  readonly type: BravaisType;
  /** Name for messages. */
  readonly name: string;
  /**
   * Axes of the conventional cell as rows [bohr], right-handed. Orthorhombic: a < b < c, or a < b
   * with c perpendicular to the centred face. Monoclinic: a along the twofold axis. Rhombohedral
   * and triclinic: primitive vectors.
   */
  readonly conventional: Mat3;
  /** The given vectors in the standard primitive ones: integers, determinant ±1. */
  readonly fromStandard: Mat3;
}

const IDENTITY: Mat3 = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

const FACE_CENTRED: Mat3 = [
  [0, 0.5, 0.5],
  [0.5, 0, 0.5],
  [0.5, 0.5, 0],
];
const BODY_CENTRED: Mat3 = [
  [-0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0.5, 0.5, -0.5],
];

/** Standard primitive vectors in terms of the conventional axes [SC10]. */
const PRIMITIVE: Readonly<Record<BravaisType, Mat3>> = {
  cP: IDENTITY,
  tP: IDENTITY,
  oP: IDENTITY,
  hP: IDENTITY,
  hR: IDENTITY,
  mP: IDENTITY,
  mC: BASE_CENTRED,
  aP: IDENTITY,
  cF: FACE_CENTRED,
  oF: FACE_CENTRED,
  cI: BODY_CENTRED,
  tI: BODY_CENTRED,
  oI: BODY_CENTRED,
  oC: [
    [0.5, -0.5, 0],
    [0.5, 0.5, 0],
    [0, 0, 1],
  ],
};

const NAMES: Readonly<Record<BravaisType, string>> = {
  cP: "simple cubic",
  cF: "face-centred cubic",
  cI: "body-centred cubic",
  tP: "simple tetragonal",
  tI: "body-centred tetragonal",
  oP: "simple orthorhombic",
  oF: "face-centred orthorhombic",
  oI: "body-centred orthorhombic",
  oC: "base-centred orthorhombic",
  hP: "hexagonal",
  hR: "rhombohedral",
  mP: "simple monoclinic",
  mC: "base-centred monoclinic",
  aP: "triclinic",
};

/**
 * Finds Bravais type and conventional axes from the lattice vectors alone: the rotations of the
 * lattice give the crystal system, their axes are the conventional ones, and the volume gives the
 * centring. The result does not depend on the choice or orientation of the primitive vectors.
 *
 * @param vectors primitive lattice vectors as rows [bohr].
 */
export function findBravais(vectors: Mat3): Bravais {
  const basis = reducedBasis(vectors);
  const rotations = latticeRotations(basis);
  const axes = (order: number) => axesOf(basis, rotations, order);
  const volume = Math.abs(det(vectors));
  switch (rotations.length) {
    case 24: {
      const conventional = bestFrame(axes(4));
      const centring = Math.round(Math.abs(det(conventional)) / volume);
      const type = ({ 1: "cP", 2: "cI", 4: "cF" } as const)[centring];
      invariant(type !== undefined, () => `a cubic cell holds ${centring} lattice points`);
      return known(type, conventional, vectors);
    }
    case 12: {
      const [c] = axes(6);
      const flat = shortest(axes(2).filter((v) => isPerpendicular(v, c!)));
      return known(
        "hP",
        bestFrame([...flat, c!], (a, b) => dot(a, b) < -0.4 * norm(a) * norm(b)),
        vectors,
      );
    }
    case 8: {
      const [c] = axes(4);
      const flat = shortest(axes(2).filter((v) => isPerpendicular(v, c!)));
      const conventional = bestFrame([...flat, c!], (_a, _b, third) => isParallel(third, c!));
      const centring = Math.round(Math.abs(det(conventional)) / volume);
      return known(centring === 1 ? "tP" : "tI", conventional, vectors);
    }
    case 4:
      return orthorhombic(axes(2), vectors);
    case 6:
      return known("hR", rhombohedralAxes(basis, rotations), vectors);
    case 2: {
      const { isCentred, conventional } = monoclinicAxes(basis, axes(2)[0]!);
      return known(isCentred ? "mC" : "mP", conventional, vectors);
    }
    default:
      return known("aP", triclinicAxes(basis), vectors);
  }
}

/** Returns a < b < c, or a < b if one face is centred. */
function orthorhombic(axes: readonly Vec3[], vectors: Mat3): Bravais {
  const sorted = bestFrame(axes, (a, b, c) => norm(a) < norm(b) && norm(b) < norm(c));
  const points = Math.round(Math.abs(det(sorted)) / Math.abs(det(vectors)));
  if (points === 1) return known("oP", sorted, vectors);
  if (points === 4) return known("oF", sorted, vectors);
  const isPoint = (weights: Vec3) =>
    rowsVec(inverse(vectors), rowsVec(sorted, weights)).every((x) => Math.abs(x - Math.round(x)) < 0.01);
  if (isPoint([0.5, 0.5, 0.5])) return known("oI", sorted, vectors);
  const uncentred = [0, 1, 2].find((axis) =>
    isPoint(mapVec([0.5, 0.5, 0.5], (half, i) => (i === axis ? 0 : half))),
  );
  invariant(
    uncentred !== undefined,
    () => `an orthorhombic cell of two points has no centred face: ${sorted}`,
  );
  const third = sorted[uncentred]!;
  const based = bestFrame(axes, (a, b, c) => isParallel(c, third) && norm(a) < norm(b));
  return known("oC", based, vectors);
}

/** Returns the shortest primitive vectors that a threefold rotation permutes. */
function rhombohedralAxes(basis: Mat3, rotations: readonly LatticeRotation[]): Mat3 {
  const threefold = rotations.find(({ order }) => order === 3)!; // one of two inverse rotations
  const triples = integerVectors(2)
    .map((first): Mat3 => {
      const second = rowsVec(threefold.images, first);
      return [first, second, rowsVec(threefold.images, second)];
    })
    .filter((triple) => Math.abs(det(triple)) === 1)
    .map((triple) => matMul(triple, basis));
  const [shortestTriple] = triples.sort((p, q) => norm(p[0]) - norm(q[0]));
  invariant(shortestTriple !== undefined, () => "a rhombohedral lattice without its three axes");
  return bestFrame(shortestTriple, (a, b, c) => dot(a, b) * dot(b, c) > 0 && dot(b, c) * dot(c, a) > 0);
}

function known(type: BravaisType, conventional: Mat3, vectors: Mat3): Bravais {
  const ratios = matMul(vectors, inverse(matMul(PRIMITIVE[type], conventional)));
  const whole = ratios.map((row) => row.map(Math.round)) as unknown as Mat3;
  const isWhole = ratios.flat().every((x, i) => Math.abs(x - whole.flat()[i]!) < 0.01);
  invariant(
    isWhole && Math.abs(det(whole)) === 1,
    () =>
      `findBravais: ${type} vectors are no whole combinations of the standard ones: ${JSON.stringify(ratios)}`,
  );
  return { type, name: NAMES[type], conventional, fromStandard: whole };
}

/** Returns the shortest lattice vectors [bohr] along all rotation axes of one order, each once. */
function axesOf(basis: Mat3, rotations: readonly LatticeRotation[], order: number): Vec3[] {
  const found: Vec3[] = [];
  for (const rotation of rotations.filter((r) => r.order === order)) {
    const axis = rowsVec(basis, axisOf(rotation));
    if (!found.some((known) => isParallel(known, axis))) found.push(axis);
  }
  return found;
}

const isParallel = (a: Vec3, b: Vec3): boolean => norm(cross(a, b)) < 1e-2 * norm(a) * norm(b);
const isPerpendicular = (a: Vec3, b: Vec3): boolean => Math.abs(dot(a, b)) < 1e-2 * norm(a) * norm(b);

/** Returns the shortest vectors; square and hexagonal nets have a second set √2 or √3 longer. */
function shortest(vectors: readonly Vec3[]): Vec3[] {
  const least = Math.min(...vectors.map(norm));
  return vectors.filter((v) => norm(v) < least * (1 + 100 * SAME));
}

/** Returns three directions, with signs, as right-handed axes nearest to x, y and z. */
function bestFrame(
  directions: readonly Vec3[],
  accept: (a: Vec3, b: Vec3, c: Vec3) => boolean = () => true,
): Mat3 {
  const signed = directions.flatMap((v) => [v, scale(-1, v)]);
  let best: Mat3 | undefined;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (const a of signed)
    for (const b of signed)
      for (const c of signed) {
        const handed = det([a, b, c]) / (norm(a) * norm(b) * norm(c));
        if (handed < 1e-3 || !accept(a, b, c)) continue; // left-handed, or in one plane
        const score = a[0] / norm(a) + b[1] / norm(b) + c[2] / norm(c);
        if (score > bestScore + 1e-6) [best, bestScore] = [[a, b, c], score];
      }
  invariant(best !== undefined, () => `no axes among ${JSON.stringify(directions)}`);
  return best;
}
