import { exact } from "../../interval/sides.ts";
import type { EnclosedProblem } from "../problem/enclosed-hamiltonian.ts";

/**
 * Returns the energy [Ha] beyond which a sphere √(2E) feels less than `negligible` of the
 * potential, by the sum of its coefficients.
 */
export function outerEnergy(problem: EnclosedProblem, energy: number, negligible: number): number {
  const { table } = problem;
  let [low, high] = [0, 100];
  for (let step = 0; step < 60; step++) {
    const q = (low + high) / 2;
    if (table.sumBeyond(exact(q)) > negligible) low = q;
    else high = q;
  }
  const radius = Math.max(Math.sqrt(2 * energy) + high, projectorReach(problem));
  return (radius ** 2 / 2) * (1 + 1e-9);
}

/** Far enough out for the tails of the projectors to fall. */
export const projectorReach = ({ channels, reciprocal }: EnclosedProblem): number =>
  Math.max(
    0,
    ...channels.map(
      ({ atom, l }) => TAIL_BEGINS / atom.potential.channels[l]!.r + 2 * reciprocal.coveringRadius,
    ),
  );

/** q r beyond which the envelopes of all projectors fall: 2q²r² > 19 for the largest power. */
const TAIL_BEGINS = 3.2;
