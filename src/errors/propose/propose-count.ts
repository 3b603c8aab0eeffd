import { NotConvergedError } from "../../common/failure.ts";
import type { Vec3 } from "../../common/vec3.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { BandProposal } from "../certify/certify-bands.ts";
import { bestDiagonal, leastEntry } from "../count/comparison-diagonal.ts";
import { countsAtMost, type SchurMatrix, schurMatrix } from "../count/feshbach-schur.ts";
import { type EnclosedProblem, leadingSet, type WaveSet, waveSet } from "../problem/enclosed-hamiltonian.ts";
import { ALL, BEYOND_TABLE } from "../problem/potential-table.ts";
import { denseEigenpairs } from "./dense-eigenpairs.ts";
import { embedded, improveVectors, lowestOfMatrix } from "./improve-vectors.ts";
import { outerEnergy } from "./outer-cutoff.ts";

/** A claim that holds, and the matrix it was checked with. */
export interface ProposedCount {
  readonly count: BandProposal["count"];
  readonly schur: SchurMatrix;
}

/** Bands beyond the wanted ones among which a wide gap for ρ is looked for. */
const EXTRA_BANDS = 8;
/** What elimination must leave of a gap, relative. */
const LEAST_GAP = 0.1;
/** Factors from one cutoff to the next. */
const USUAL_STEP = 1.3;
const LARGEST_STEP = 1.4;
const SMALLEST_STEP = 1.15;
/** Largest number of plane waves of the dense elimination. */
const LARGEST_BASIS = 2400;
/** Up to this many plane waves all eigenpairs are computed. */
const SMALL_BASIS = 160;
/** What the edge of the inner set feels beyond the outer one [Ha]; low waves feel far less. */
const NEGLIGIBLE = 0.3;
/** A potential of finitely many coefficients has less than this beyond them, and is taken whole. */
const WHOLE = 1e-90;

/**
 * Raises the cutoff until D > μ holds and a gap above band nBands … nBands + EXTRA_BANDS survives
 * the elimination.
 *
 * @throws NotConvergedError if no count can be proved.
 */
export function proposeCount(
  kernels: Kernels,
  problem: EnclosedProblem,
  k: Vec3,
  nBands: number,
): ProposedCount {
  const { table } = problem;
  const negligible = table.sumBeyond(BEYOND_TABLE) > WHOLE ? NEGLIGIBLE : WHOLE;
  const most = nBands + EXTRA_BANDS + 1;
  let reason = "";
  let start: Start | undefined;
  let factor = USUAL_STEP;
  for (let cutoff = 3; cutoff < 200; cutoff *= factor) {
    factor = USUAL_STEP;
    const outerCutoff = outerEnergy(problem, cutoff, negligible);
    const set = waveSet(problem, k, outerCutoff);
    const inner = leadingSet(set, cutoff);
    const nX = inner.waves.count;
    if (nX < nBands + 2) continue;
    if (nX > LARGEST_BASIS) break;
    if (start === undefined || nX <= SMALL_BASIS)
      start = lowestPairs(kernels, problem, inner, Math.min(nX, most));
    const diagonal = bestDiagonal(kernels, problem, set, nX);
    const least = leastEntry(diagonal);
    if (!(least > start.values[nBands]! + (nX > COSTLY ? LARGER_DISTANCE : LEAST_DISTANCE))) {
      reason = `at ${cutoff.toFixed(1)} Ha the plane waves outside are only known to lie above ${least.toFixed(2)} Ha`;
      continue;
    }
    if (nX > SMALL_BASIS) start = lowestPairs(kernels, problem, inner, Math.min(nX, most), start);
    const { values } = beyond(kernels, problem, leadingSet(set, WIDER * cutoff), start);
    const m = widestGap(values, nBands, Math.min(nX - 2, values.length - 1), least - LEAST_DISTANCE);
    if (m === undefined) continue;
    const schur = schurMatrix(kernels, problem, set, nX, values[m]!, diagonal);
    const lowered = lowestOfMatrix(kernels, inner, schur.values, start.vectors, start.values.length, m + 1);
    const gap = lowered.values[m]! - values[m - 1]!;
    if (!(gap > LEAST_GAP * (values[m]! - values[m - 1]!))) {
      // what elimination lowers falls about as the sixth power of the cutoff
      const lowering = (values[m]! - lowered.values[m]!) / (0.8 * (values[m]! - values[m - 1]!));
      factor = Math.min(LARGEST_STEP, Math.max(SMALLEST_STEP, lowering ** (1 / 6)));
      reason = `at ${cutoff.toFixed(1)} Ha elimination lowers band ${m + 1} to ${lowered.values[m]!.toFixed(3)} Ha`;
      continue;
    }
    const rho = Math.min(schur.mu, lowered.values[m]! - Math.max(1e-9, 1e-4 * gap));
    const vectors = lowered.vectors.slice(0, 2 * nX * m);
    const sigma = 2 * (rho - lowered.values[0]!) + 1;
    if (countsAtMost(kernels, { ...schur, mu: rho }, vectors, m, sigma))
      return { count: { m, rho, cutoff, outerCutoff, vectors, sigma }, schur };
    reason = `at ${cutoff.toFixed(1)} Ha the count of ${m} bands below ${rho} Ha could not be proved`;
  }
  throw new NotConvergedError(
    `error bars: no number of bands could be counted at k = ${k} with ${LARGEST_BASIS} plane waves (${reason}; ‖W‖₁ = ${table.sumBeyond(ALL).toFixed(2)} Ha)`,
  );
}

/** Least distance of the outside above μ [Ha]: just above μ elimination lowers every eigenvalue. */
const LEAST_DISTANCE = 0.1;
/** That of a set of so many waves that elimination in vain would take long. */
const LARGER_DISTANCE = 1;
const COSTLY = 500;

interface Start {
  /** [set × values.length] */
  readonly vectors: Float64Array;
  readonly values: readonly number[];
}

/** The lowest eigenpairs on a set, all at once where it is small. */
function lowestPairs(
  kernels: Kernels,
  problem: EnclosedProblem,
  set: WaveSet,
  count: number,
  start?: Start,
): Start {
  const n = set.waves.count;
  if (n <= SMALL_BASIS || start === undefined || start.values.length < count) {
    const { values, vectors } = denseEigenpairs(kernels, problem, set);
    return { values: values.slice(0, count), vectors: vectors.slice(0, 2 * n * count) };
  }
  return improveVectors(kernels, problem, set, count, embedded(start.vectors, count, n), {
    tolerance: 1e-4,
    steps: 40,
  });
}

/** Levels on a set of this many times the cutoff tell gaps that survive from those that do not. */
const WIDER = 3;

/** The same levels on a larger set, where they are lower: roughly. */
function beyond(kernels: Kernels, problem: EnclosedProblem, set: WaveSet, { vectors, values }: Start): Start {
  const count = values.length;
  return improveVectors(kernels, problem, set, count, embedded(vectors, count, set.waves.count), {
    tolerance: 1e-2,
    steps: 12,
  });
}

/** Returns m ≥ least with the widest gap ε_{m+1} − ε_m below a limit, preferring few bands. */
function widestGap(
  values: readonly number[],
  least: number,
  most: number,
  limit: number,
): number | undefined {
  let best: number | undefined;
  let widest = 0;
  for (let m = least; m <= most && values[m]! < limit; m++) {
    const gap = values[m]! - values[m - 1]!;
    if (gap > 1.2 * widest) [best, widest] = [m, gap];
  }
  return best;
}
