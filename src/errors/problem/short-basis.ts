import { dot, inverse, type Mat3, matMul } from "../../common/vec3.ts";
import { reducedBasis } from "../../model/crystal-symmetry/lattice-symmetry.ts";

/**
 * A basis a′ = U a of the same lattice with short vectors, by whole numbers alone: in its dual a
 * wave with labels n has U n, and boxes that hold a sphere of waves are small. Nothing that is
 * proved depends on the choice, and the problem stays that of a.
 */
export interface ShortBasis {
  /** Rows of U, whose inverse is of whole numbers as well: det U = ±1. */
  readonly to: Mat3;
  /** Rows of U⁻¹. */
  readonly from: Mat3;
  /** U = 1. */
  readonly isStated: boolean;
}

const STATED: ShortBasis = {
  to: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  from: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  isStated: true,
}; // biome-ignore format: matrices

/** Products of three such numbers and their sums are exact. */
const LARGEST = 1000;
/** A basis whose box is not that much smaller, the square of its volume, is not worth it. */
const WORTH = 0.98;

/**
 * Looks for a short basis in floating point. What is taken is of whole numbers, exactly inverted.
 */
export function shortBasis(lattice: Mat3): ShortBasis {
  const reduced = reducedBasis(lattice);
  const size = (basis: Mat3) => basis.reduce((product, row) => product * dot(row, row), 1);
  if (!(size(reduced) < WORTH * size(lattice))) return STATED;
  const whole = (m: Mat3) => m.map((row) => row.map((x) => Math.round(x) + 0)) as unknown as Mat3;
  const to = whole(matMul(reduced, inverse(lattice)));
  const from = whole(inverse(to));
  const isFit = [...to, ...from].flat().every((x) => Math.abs(x) <= LARGEST);
  const product = isFit ? matMul(to, from) : undefined;
  const isInverse = product?.every((row, i) => row.every((x, j) => x === (i === j ? 1 : 0))) === true;
  return isInverse ? { to, from, isStated: false } : STATED;
}

/** Labels of waves in the dual of the short basis; the same array where that is the stated one. */
export function placesOf(g: Int32Array, { to, isStated }: ShortBasis): Int32Array {
  if (isStated) return g;
  const places = new Int32Array(g.length);
  for (let i = 0; i < g.length; i += 3)
    for (let c = 0; c < 3; c++)
      places[i + c] = to[c]![0] * g[i]! + to[c]![1] * g[i + 1]! + to[c]![2] * g[i + 2]!;
  return places;
}
