import { inflated, rootAbove } from "../../interval/accumulated.ts";
import { interval, scale } from "../../interval/interval.ts";
import { above, below } from "../../interval/rounding.ts";
import { sqrt } from "../../interval/sqrt.ts";
import type { EnclosedProblem } from "../problem/enclosed-hamiltonian.ts";
import type { PlaneWaves } from "../problem/reciprocal.ts";

/**
 * ‖V_loc u‖ outside a set (docs/bounds.md, Lemma 7): with u cut into shells of |k+G| ≤ q_s,
 *
 *   Σ_s min(‖u_s‖₁ t₂(R − q_s), ‖u_s‖₂ t₁(R − q_s)),   R the radius beyond which the outside lies
 *
 * @param vectors [rows × m] on the first waves; the column is cut out of them
 */
export function localTail(
  { table }: EnclosedProblem,
  waves: PlaneWaves,
  outsideRadius: number,
  rows: number,
  vectors: Float64Array,
  column: number,
): number {
  let total = 0;
  for (let start = 0; start < rows; start += SHELL) {
    const end = Math.min(rows, start + SHELL);
    let [one, two, highest] = [0, 0, 0];
    for (let i = start; i < end; i++) {
      const [re, im] = [vectors[2 * (rows * column + i)]!, vectors[2 * (rows * column + i) + 1]!];
      one += Math.abs(re) + Math.abs(im);
      two += re * re + im * im;
      highest = Math.max(highest, above(waves.kinetic[i]! + waves.kineticError[i]!));
    }
    const distance = below(outsideRadius - sqrt(scale(2, interval(highest))).hi);
    const [t1, t2] = [table.sumBeyond(distance), table.norm2Beyond(distance)];
    total += Math.min(inflated(one, 3 * SHELL) * t2, rootAbove(inflated(two, 3 * SHELL)) * t1);
  }
  return inflated(total, 2 * rows + 16);
}

const SHELL = 64;

/** The reach of the potential beyond a sphere √(2E) [Ha]: where the outside of a set feels less than `negligible` of it. */
export function outerEnergy(problem: EnclosedProblem, energy: number, negligible: number): number {
  const { table } = problem;
  let [low, high] = [0, 100];
  for (let step = 0; step < 60; step++) {
    const q = (low + high) / 2;
    if (table.norm2Beyond(q) > negligible) low = q;
    else high = q;
  }
  const radius = Math.max(Math.sqrt(2 * energy) + high, projectorReach(problem));
  return (radius ** 2 / 2) * (1 + 1e-9);
}

/** Far enough out for the tails of the projectors to fall. */
export const projectorReach = ({ channels, reciprocal }: EnclosedProblem): number =>
  Math.max(
    0,
    ...channels.map(({ atom, l }) => 3.2 / atom.potential.channels[l]!.r + 2 * reciprocal.coveringRadius),
  );
