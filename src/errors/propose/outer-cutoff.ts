import { exact } from "../../interval/sides.ts";
import type { EnclosedProblem } from "../problem/enclosed-hamiltonian.ts";
import { supportEnd } from "../problem/tabulated-projectors.ts";

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

/** Far enough out for the tails of the projectors to fall, or their tables to end. */
export const projectorReach = ({ channels, reciprocal }: EnclosedProblem): number =>
  Math.max(
    0,
    ...channels.map(({ atom: { potential }, l }) =>
      potential.kind === "gth"
        ? TAIL_BEGINS / potential.channels[l]!.r + 2 * reciprocal.coveringRadius
        : Math.sqrt(supportEnd(potential, l)) * (1 + 1e-6),
    ),
  );

/** q r beyond which the envelopes of all projectors fall: 2q²r² > 19 for the largest power. */
const TAIL_BEGINS = 3.2;
