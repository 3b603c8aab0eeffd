import { NotConvergedError } from "../common/failure.ts";
import type { Vec3 } from "../common/vec3.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { BandProposal } from "./certify-bands.ts";
import { certifyCount } from "./certify-bands.ts";
import { comparisonDiagonal } from "./comparison-diagonal.ts";
import { denseEigenpairs, hermitianEigenpairs } from "./dense-eigenpairs.ts";
import { type EnclosedProblem, waveSet } from "./enclosed-hamiltonian.ts";
import { schurMatrix } from "./feshbach-schur.ts";
import { improveVectors } from "./improve-vectors.ts";
import { countBelow } from "./reciprocal.ts";

/** How a proposal is sought. Nothing here can make a certified result wrong, only wide or absent. */
export interface ProposalOptions {
  /** Cutoff of the trial vectors [Ha]. */
  readonly cutoff: number;
  /** Steps of the trial vectors' iteration. */
  readonly steps?: number;
}

/** Bands beyond the wanted ones among which a wide gap for ρ is looked for. */
const EXTRA_BANDS = 8;
/** Largest number of plane waves of the dense elimination. */
const LARGEST_COUNT_BASIS = 1600;

/** The reach of the potential beyond a sphere √(2E): where the outside of a set feels nothing worth having. */
export function outerEnergy(
  { table, channels, reciprocal }: EnclosedProblem,
  energy: number,
  negligible: number,
): number {
  let [low, high] = [0, 100];
  for (let step = 0; step < 60; step++) {
    const q = (low + high) / 2;
    if (table.norm2Beyond(q) > negligible) low = q;
    else high = q;
  }
  // far enough out for the tails of the projectors to fall
  const projectors = channels.map(
    ({ atom, l }) => 3.2 / atom.potential.channels[l]!.r + 2 * reciprocal.coveringRadius,
  );
  const radius = Math.max(Math.sqrt(2 * energy) + high, ...projectors);
  return (radius ** 2 / 2) * (1 + 1e-9);
}

/**
 * Looks for everything `certifyBands` needs: a dense floating-point eigenproblem at the least cutoff at which elimination
 * proves a count, then a few steps of a block iteration at the wanted cutoff.
 *
 * @throws NotConvergedError if no count can be proved.
 */
export function proposeBands(
  kernels: Kernels,
  problem: EnclosedProblem,
  k: Vec3,
  nBands: number,
  { cutoff, steps = 8 }: ProposalOptions,
): BandProposal {
  const count = proposeCount(kernels, problem, k, nBands);
  const isSmooth = problem.table.sumBeyond(0) > 0;
  const outerCutoff = Math.max(
    isSmooth ? outerEnergy(problem, cutoff, problem.channels.length > 0 ? 1e-4 : 1e-90) : cutoff,
    problem.channels.length > 0 ? 4 * cutoff : 0,
  );
  const inner = waveSet(problem, k, cutoff);
  const start = embed(count.vectors, count.m, inner.waves.count);
  const { vectors, values } = improveVectors(kernels, problem, inner, count.m, start, steps);
  return { k, count, trial: { cutoff, outerCutoff, vectors, values } };
}

/** Raises the cutoff until D > μ holds and a gap above band nBands … nBands + EXTRA_BANDS survives the elimination. */
function proposeCount(
  kernels: Kernels,
  problem: EnclosedProblem,
  k: Vec3,
  nBands: number,
): BandProposal["count"] {
  const { table, channels } = problem;
  let reason = "";
  for (let cutoff = 3; cutoff < 200; cutoff *= 1.3) {
    const outerCutoff = outerEnergy(problem, cutoff, channels.length > 0 ? 0.02 : 1e-90);
    const whole = waveSet(problem, k, cutoff);
    const nX = whole.waves.count;
    if (nX < nBands + 2) continue;
    if (nX > LARGEST_COUNT_BASIS) break;
    const { values } = denseEigenpairs(kernels, problem, whole);
    const m = widestGap(values, nBands, Math.min(nX - 2, nBands + EXTRA_BANDS));
    // cheap look before the wide set: nothing outside can lie below cutoff − ‖W‖₁ … the diagonal itself decides
    if (cutoff < values[m]! + 1) continue;
    const set = waveSet(problem, k, outerCutoff);
    if (countBelow(set.waves, cutoff) !== nX) continue;
    const diagonal = comparisonDiagonal(problem, set, nX);
    const least = diagonal.rows.reduce((low, d) => Math.min(low, d), diagonal.far);
    if (!(least > values[m]! + 0.1)) {
      reason = `at ${cutoff.toFixed(1)} Ha the plane waves outside are only known to lie above ${least.toFixed(2)} Ha`;
      continue;
    }
    const schur = schurMatrix(kernels, problem, set, nX, values[m]!, diagonal);
    const lowered = hermitianEigenpairs(kernels, nX, schur.values);
    const gap = lowered.values[m]! - values[m - 1]!;
    if (!(gap > 0.3 * (values[m]! - values[m - 1]!))) {
      reason = `at ${cutoff.toFixed(1)} Ha elimination lowers band ${m + 1} to ${lowered.values[m]!.toFixed(3)} Ha`;
      continue;
    }
    const rho = lowered.values[m]! - Math.max(1e-9, 1e-4 * gap);
    const claim = {
      m,
      rho,
      cutoff,
      outerCutoff,
      vectors: lowered.vectors.slice(0, 2 * nX * m),
      sigma: 2 * (rho - lowered.values[0]!) + 1,
    };
    if (certifyCount(kernels, problem, { k, count: claim }) === true) {
      return claim;
    }
    reason = `at ${cutoff.toFixed(1)} Ha the count of ${m} bands below ${rho} Ha could not be proved`;
  }
  throw new NotConvergedError(
    `error bars: no number of bands could be counted at k = ${k} with ${LARGEST_COUNT_BASIS} plane waves (${reason}; ‖W‖₁ = ${table.sumBeyond(0).toFixed(2)} Ha)`,
  );
}

/** m ≥ least with the largest ε_{m+1} − ε_m (counted from 1), weakly preferring few bands. */
function widestGap(values: readonly number[], least: number, most: number): number {
  let best = least;
  let widest = 0;
  for (let m = least; m <= most; m++) {
    const gap = values[m]! - values[m - 1]!;
    if (gap > 1.2 * widest) [best, widest] = [m, gap];
  }
  return best;
}

/** Vectors of one set on another of the same k with `rows` waves: both are sorted by the same numbers, one begins with the other. */
function embed(vectors: Float64Array, m: number, rows: number): Float64Array {
  const n = vectors.length / (2 * m);
  const result = new Float64Array(2 * rows * m);
  const shared = Math.min(n, rows);
  for (let j = 0; j < m; j++) result.set(vectors.subarray(2 * n * j, 2 * (n * j + shared)), 2 * rows * j);
  return result;
}
