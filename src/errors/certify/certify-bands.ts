import { requireInput } from "../../common/failure.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { add, interval, lowerEnd, midpoint, upperEnd } from "../../interval/interval.ts";
import { provedBelow } from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { applyEnclosed } from "../apply/apply-enclosed.ts";
import { trialPanel } from "../apply/trial-panel.ts";
import { countsAtMost, type SchurMatrix, schurMatrix } from "../count/feshbach-schur.ts";
import { type EnclosedProblem, waveSet } from "../problem/enclosed-hamiltonian.ts";
import { countBelow } from "../problem/reciprocal.ts";
import { enclosePencil } from "../ritz/interval-pencil.ts";
import { lehmannBounds } from "../ritz/lehmann-bounds.ts";
import { ritzPencil, trialForms } from "../ritz/trial-forms.ts";
import { ASSUMPTIONS, type BandEnclosure, type NotCertified } from "./band-enclosure.ts";
import { widthParts } from "./width-parts.ts";

/**
 * All numbers that a proof of band enclosures needs besides the problem; any solver may find them
 * and none is trusted. A stored proposal is a certificate: checking it needs no solver.
 */
export interface BandProposal {
  readonly k: Vec3;
  /**
   * The claim of at most m eigenvalues below ρ [Ha], by elimination from `cutoff` of `outerCutoff`.
   */
  readonly count: {
    readonly m: number;
    readonly rho: number;
    readonly cutoff: number;
    readonly outerCutoff: number;
    /** [waves below cutoff × m], approximately the lowest eigenvectors. */
    readonly vectors: Float64Array;
    readonly sigma: number;
  };
  /** m trial vectors on the plane waves below `cutoff`, with residuals up to `outerCutoff`. */
  readonly trial: {
    readonly cutoff: number;
    readonly outerCutoff: number;
    readonly vectors: Float64Array;
    readonly values: readonly number[];
  };
}

/**
 * Checks a proposal and derives the enclosures of the lowest `nBands` ≤ m eigenvalues: upper ends
 * by Rayleigh and Ritz; lower ends by Lehmann below ρ, which the count proves to be ≤ λ_{m+1}.
 *
 * @param schur the matrix of the count's elimination, where it was made already: by `schurMatrix`
 *   for this problem, k and cutoffs
 */
export function certifyBands(
  kernels: Kernels,
  problem: EnclosedProblem,
  { k, count, trial }: BandProposal,
  nBands: number,
  schur?: SchurMatrix,
): BandEnclosure[] | NotCertified {
  const { m, rho } = count;
  requireInput(
    Number.isInteger(nBands) && nBands >= 1 && nBands <= m && trial.values.length === m,
    () =>
      `bands: between 1 and the ${m} of the proposal with as many trial values, got ${nBands} and ${trial.values.length}`,
  );
  const counted = certifyCount(kernels, problem, { k, count }, schur);
  if (counted !== true) return counted;

  const set = waveSet(problem, k, trial.outerCutoff);
  const rows = countBelow(set.waves, trial.cutoff);
  requireInput(
    trial.vectors.length === 2 * rows * m && trial.vectors.every(Number.isFinite),
    () =>
      `proposal: ${m} finite trial vectors of ${rows} coefficients are needed, got ${trial.vectors.length} numbers`,
  );
  const u = trialPanel(rows, m, trial.vectors);
  const applied = applyEnclosed(kernels, problem, set, u);
  const forms = trialForms(u, set.waves.count, trial.values, applied);
  const ritz = ritzPencil(forms);
  const upper = enclosePencil(kernels, ritz.a, ritz.b);
  if (upper === undefined) return failure("the trial vectors are not certainly independent");
  // the count proved ρ ≤ λ_{m+1}
  const lower = lehmannBounds(kernels, forms, provedBelow(rho));
  if (lower === undefined)
    return failure(`not every trial energy is certainly below ρ = ${rho} Ha, or the residuals are too large`);

  const { constant } = problem.table;
  const ends = lower.slice(0, nBands).map((bound, i) => ({
    lower: lowerEnd(add(interval(bound.lower), constant)),
    upper: upperEnd(add(interval(upper.enclosures[i]!.hi), constant)),
  }));
  const parts = widthParts(
    kernels,
    { u, theta: trial.values, applied, overlap: forms.overlap },
    ends,
    lower,
    upper,
  );
  return ends.map((end, i) => ({
    kind: "bound",
    index: i + 1,
    ...end,
    // rounding alone can put it beyond an end
    ritz: Math.min(Math.max(upper.approximate[i]! + midpoint(constant), end.lower), end.upper),
    parts: parts[i]!,
    assumptions: ASSUMPTIONS,
  }));
}

/** Whether H (without the constant) certainly has at most m eigenvalues below ρ. */
export function certifyCount(
  kernels: Kernels,
  problem: EnclosedProblem,
  { k, count }: Pick<BandProposal, "k" | "count">,
  schur?: SchurMatrix,
): true | NotCertified {
  const { m, rho, cutoff, outerCutoff, vectors, sigma } = count;
  const set = waveSet(problem, k, outerCutoff);
  const nX = countBelow(set.waves, cutoff);
  requireInput(
    m >= 0 &&
      m < nX &&
      vectors.length === 2 * nX * m &&
      sigma >= 0 &&
      Number.isFinite(sigma) &&
      Number.isFinite(rho),
    () =>
      `proposal: ${m} vectors of ${nX} coefficients are needed for the count, got ${vectors.length} numbers`,
  );
  // F falls with μ: one made for a larger μ serves ρ
  const isServing = schur !== undefined && schur.nX === nX && schur.mu >= rho;
  const matrix = isServing ? { ...schur, mu: rho } : schurMatrix(kernels, problem, set, nX, rho);
  return countsAtMost(kernels, matrix, vectors, m, sigma)
    ? true
    : failure(`it is not certain that at most ${m} eigenvalues lie below ${rho} Ha`);
}

const failure = (reason: string): NotCertified => ({ kind: "not-certified", reason });
