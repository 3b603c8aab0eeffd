import { requireInput } from "../../common/failure.ts";
import { nearRows } from "../count/feshbach-schur.ts";
import type { EnclosedProblem } from "../problem/enclosed-hamiltonian.ts";
import { projectorCount } from "../problem/projectors.ts";
import { listSize, requireFewWaves } from "../problem/reciprocal.ts";
import type { BandProposal } from "./certify-bands.ts";

/** What a proof takes: an estimate, made before any of it is done. */
export interface ProofSize {
  /** Plane waves of the largest set. */
  readonly waves: number;
  /** Largest matrices and panels held at once [B]. */
  readonly memory: number;
  /** Real multiplications and additions. */
  readonly operations: number;
}

/** What a WebAssembly memory holds, with room. */
const MOST_MEMORY = 3e9;
/** An hour or so of one core. */
const MOST_OPERATIONS = 2e13;
const NUMBER = 16;

/** Estimates what `certifyBands` takes for a proposal. */
function proofSize(
  { reciprocal, channels, table }: EnclosedProblem,
  { count, trial }: BandProposal,
): ProofSize {
  const of = (energy: number) => listSize(reciprocal, energy);
  const [inner, outer] = [of(count.cutoff).waves, of(count.outerCutoff).waves];
  const [set, vectors] = [of(trial.outerCutoff), trial.values.length];
  const projectors = projectorCount(channels);
  const dense = NUMBER * (3 * inner ** 2 + 512 * inner + outer * projectors);
  // the grid holds sums of two vectors of the set, and the potential on it
  const grid = table.count === 0 ? 0 : 1.5 * NUMBER * 8 * set.box;
  const panels = NUMBER * set.waves * (4 * vectors + projectors);
  return {
    waves: Math.max(outer, set.waves),
    memory: Math.max(dense, panels + grid),
    operations:
      8 * inner ** 2 * (nearRows(inner, outer) + inner / 3 + vectors) +
      8 * set.waves * (vectors * (3 * vectors + 2 * projectors) + 60 * projectors) +
      (100 * grid * vectors) / NUMBER,
  };
}

/** What an energy makes of the last proposal of a k-point. */
export interface FilledSize {
  /** Points of the grid that the density is formed on. */
  readonly grid: readonly number[];
  /** How many of the trial vectors are filled. */
  readonly orbitals: number;
}

/** Estimates the operations of a filled k-point: H u once more, a transform of every orbital. */
function filledOperations(
  { reciprocal, channels, table }: EnclosedProblem,
  { trial }: BandProposal,
  { grid, orbitals }: FilledSize,
): number {
  const { waves, box } = listSize(reciprocal, trial.cutoff);
  const projectors = projectorCount(channels);
  const products = table.count === 0 ? 0 : 1.5 * 8 * box;
  const density = grid.reduce((points, n) => points * n, 1);
  return (
    8 * waves * (orbitals * (3 * orbitals + 2 * projectors) + 60 * projectors) +
    100 * (products + density) * orbitals
  );
}

/**
 * Refuses proposals whose proof would not end or not fit, before anything is done.
 *
 * @param filled what an energy makes of them, where there is one
 * @throws InputError with an estimate
 */
export function requireFeasible(
  problem: EnclosedProblem,
  proposals: readonly BandProposal[],
  filled?: FilledSize,
): void {
  let operations = 0;
  proposals.forEach((proposal, i) => {
    const { count, trial } = proposal;
    for (const energy of [count.outerCutoff, count.cutoff, trial.outerCutoff, trial.cutoff])
      requireFewWaves(problem.reciprocal, energy);
    const size = proofSize(problem, proposal);
    operations += size.operations;
    requireInput(
      size.memory <= MOST_MEMORY && operations <= MOST_OPERATIONS,
      () =>
        `proposal ${i + 1}: must be a proof of at most ${MOST_MEMORY.toExponential()} bytes and ${MOST_OPERATIONS.toExponential()} operations, got about ${size.memory.toExponential(1)} and ${operations.toExponential(1)} for ${size.waves.toExponential(1)} plane waves; lower cutoffs take less`,
    );
  });
  if (filled === undefined) return;
  operations += filledOperations(problem, proposals.at(-1)!, filled);
  requireInput(
    operations <= MOST_OPERATIONS,
    () =>
      `energy: must take at most ${MOST_OPERATIONS.toExponential()} operations at a k-point, got about ${operations.toExponential(1)} for ${filled.orbitals} orbitals on a grid of ${filled.grid.join("x")}`,
  );
}
