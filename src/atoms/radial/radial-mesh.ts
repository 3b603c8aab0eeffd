import { requireInput } from "../../common/failure.ts";

/** Points of a radial integral, ∫ f(r) dr ≈ Σ_i w_i f(r_i). */
export interface RadialMesh {
  /** r_i [bohr], ascending, shape [n]. */
  readonly r: Float64Array;
  /** w_i [bohr], shape [n]. */
  readonly weights: Float64Array;
}

/**
 * Simpson's rule on a mesh r(x) that is equidistant in x, w = (dr/dx)·(1, 4, 2, 4, …, 4, 1)/3: the
 * rule by which UPF files are meant to be integrated, meshes being too coarse to leave the choice.
 * Of an even number of points the last is not used.
 *
 * @param drdx dr/dx [bohr], the section PP_RAB, shape [n].
 */
export function simpsonMesh(r: Float64Array, drdx: Float64Array): RadialMesh {
  const used = r.length - ((r.length + 1) % 2);
  const weights = new Float64Array(r.length);
  for (let i = 0; i < used; i++) {
    const isEnd = i === 0 || i === used - 1;
    weights[i] = (drdx[i]! * (isEnd ? 1 : i % 2 === 1 ? 4 : 2)) / 3;
  }
  return { r, weights };
}

/** Weights of the five end points over h, 1 in between. Exact for polynomials of degree 4. */
const END_WEIGHTS = [23.75, 95.1, 55.2, 79.3, 70.65].map((w) => w / 72);

/**
 * Trapezoidal rule with corrected ends on an equidistant mesh from 0, error O(h⁵) from the ends:
 * what psp8 files are integrated by.
 *
 * @param h spacing [bohr].
 * @throws InputError for fewer than ten points.
 */
export function correctedTrapezoid(h: number, points: number): RadialMesh {
  requireInput(points >= 10, () => `radial mesh: must have at least 10 points, got ${points}`);
  const weights = new Float64Array(points).fill(h);
  END_WEIGHTS.forEach((w, i) => {
    weights[i] = w * h;
    weights[points - 1 - i] = w * h;
  });
  return { r: Float64Array.from({ length: points }, (_, i) => i * h), weights };
}
