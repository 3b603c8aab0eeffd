import { toTrigonometric } from "../../../../bands/trigonometric.ts";
import { InputError, NotConvergedError } from "../../../../common/failure.ts";
import { dot, rowsVec } from "../../../../common/vec3.ts";
import type { GroundState } from "../../../../ground/ground-state.ts";
import { prepareSession } from "../../../prepare/prepare-scf.ts";
import type { Session } from "../../../prepare/session.ts";
import { type SolveOptions, solveConverged } from "../solve-session.ts";

/** Factor of the cutoff from one state to the next. */
const FACTOR = 2;
/** Largest cutoff over the job's. */
const LARGEST = 16;

/**
 * Solves at ever larger cutoffs until the density stays where it is: half the square of its step in
 * the Coulomb norm is below `enough`, and that of what is left is far smaller.
 *
 * @param use of each state that is better than the one before; the last one counts
 * @returns what it made of the best state
 */
export async function atFinerDensity<Result>(
  session: Session,
  first: GroundState,
  enough: number,
  options: SolveOptions,
  use: (state: GroundState) => Promise<Result>,
): Promise<Result> {
  let state = first;
  try {
    for (let factor = FACTOR; factor <= LARGEST; factor *= FACTOR) {
      const job = { ...session.job, ecut: factor * session.job.ecut, fftSize: null };
      const larger = { ...session, job };
      const finer = await attempt(larger, options);
      if (finer === undefined) break;
      const before = state;
      state = finer; // from here on closed in any case
      const step = halfDistance2(before, finer);
      if (before !== first) await before.close();
      if (step < enough) break;
    }
    return await use(state);
  } finally {
    if (state !== first) await state.close();
  }
}

/** A state at a larger cutoff; undefined where it does not fit or converge. */
async function attempt(session: Session, options: SolveOptions): Promise<GroundState | undefined> {
  try {
    return await solveConverged(session, await prepareSession(session, options), options);
  } catch (error) {
    if (error instanceof InputError || error instanceof NotConvergedError) return undefined;
    throw error;
  }
}

/** ½D(ρ−ρ′, ρ−ρ′) = 2πΩ Σ_{G≠0} |ρ_G − ρ′_G|²/|G|² of the densities of two states [Ha]. */
function halfDistance2(a: GroundState, b: GroundState): number {
  const { lattice } = b.basis.model;
  const coarse = new Map(coefficientsOf(a).map(([x, y, z, re, im]) => [`${x} ${y} ${z}`, [re, im]]));
  let sum = 0;
  for (const [x, y, z, re, im] of coefficientsOf(b)) {
    const g = rowsVec(lattice.reciprocal, [x, y, z]);
    const g2 = dot(g, g);
    if (g2 === 0) continue;
    const [re0 = 0, im0 = 0] = coarse.get(`${x} ${y} ${z}`) ?? [];
    sum += (2 * ((re - re0) ** 2 + (im - im0) ** 2)) / g2; // G and −G
  }
  return 2 * Math.PI * lattice.volume * sum;
}

const coefficientsOf = ({ basis: { grid, ecut }, density }: GroundState) =>
  toTrigonometric(grid, density.data, ecut);
