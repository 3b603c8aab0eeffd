import { requireInput } from "../../common/failure.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { add, interval } from "../../interval/interval.ts";
import { above } from "../../interval/rounding.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { type Applied, applyEnclosed } from "../apply/apply-enclosed.ts";
import { countsAtMost, type SchurMatrix, schurMatrix } from "../count/feshbach-schur.ts";
import { type EnclosedProblem, waveSet } from "../problem/enclosed-hamiltonian.ts";
import { countBelow } from "../problem/reciprocal.ts";
import { type IntervalMatrix, midpoints } from "../ritz/complex-intervals.ts";
import { approximateSolution, enclosePencil } from "../ritz/interval-pencil.ts";
import { type LowerBounds, lehmannBounds } from "../ritz/lehmann-bounds.ts";
import { leadingForms, lehmannPencil, ritzPencil, trialForms } from "../ritz/trial-forms.ts";
import { ASSUMPTIONS, type BandEnclosure, type NotCertified } from "./band-enclosure.ts";

/**
 * Everything a proof of band enclosures needs besides the problem: numbers found by any solver, none of them trusted. Plain
 * data: a stored proposal is a certificate that can be checked without a solver.
 */
export interface BandProposal {
  readonly k: Vec3;
  /** The claim that H has at most m eigenvalues below ρ [Ha], by elimination from the plane waves below `cutoff` of those below `outerCutoff`. */
  readonly count: {
    readonly m: number;
    readonly rho: number;
    readonly cutoff: number;
    readonly outerCutoff: number;
    /** [waves below cutoff × m], approximately the lowest eigenvectors. */
    readonly vectors: Float64Array;
    readonly sigma: number;
  };
  /** m trial vectors on the plane waves below `cutoff`; residuals are formed up to `outerCutoff`. */
  readonly trial: {
    readonly cutoff: number;
    readonly outerCutoff: number;
    readonly vectors: Float64Array;
    readonly values: readonly number[];
  };
}

/**
 * Checks a proposal and derives the enclosures of the lowest `nBands` ≤ m eigenvalues:
 * upper ends by Rayleigh and Ritz; lower ends by Lehmann below ρ, which the count proves to be ≤ λ_{m+1}.
 *
 * @param schur the matrix of the count's elimination, where it was made already: by `schurMatrix` for this problem, k and cutoffs
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
  const applied = applyEnclosed(kernels, problem, set, rows, m, trial.vectors);
  const forms = trialForms(trial.vectors, rows, set.waves.count, trial.values, applied);
  const ritz = ritzPencil(forms);
  const upper = enclosePencil(kernels, ritz.a, ritz.b);
  if (upper === undefined) return failure("the trial vectors are not certainly independent");
  const lower = lehmannBounds(kernels, forms, rho);
  if (lower === undefined)
    return failure(`not every trial energy is certainly below ρ = ${rho} Ha, or the residuals are too large`);

  const plain = plainLowerBounds(kernels, {
    trial,
    rows,
    count: set.waves.count,
    applied,
    overlap: forms.overlap,
    lower: lower.slice(0, nBands),
  });
  return plain.map(({ low, outside }, i) => {
    const lowerEnd = add(interval(lower[i]!.lower), problem.table.constant).lo;
    const upperEnd = add(interval(upper.enclosures[i]!.hi), problem.table.constant).hi;
    const width = above(upperEnd - lowerEnd);
    const exactWidth = upper.approximate[i]! - low;
    const arithmetic = Math.min(width, Math.max(0, width - exactWidth || 0));
    const algorithmic = Math.min(width - arithmetic, Math.max(0, outside - low || 0));
    return {
      kind: "bound",
      index: i + 1,
      lower: lowerEnd,
      upper: upperEnd,
      parts: { discretisation: width - arithmetic - algorithmic, algorithmic, arithmetic },
      assumptions: ASSUMPTIONS,
    };
  });
}

interface PlainInput {
  readonly trial: BandProposal["trial"];
  readonly rows: number;
  readonly count: number;
  readonly applied: Applied;
  readonly overlap: IntervalMatrix;
  readonly lower: LowerBounds;
}

/** The lower ends by the same formulas without radii (`low`), and then without the residual inside the trial space. */
function plainLowerBounds(
  kernels: Kernels,
  { trial, rows, count, applied, overlap, lower }: PlainInput,
): { low: number; outside: number }[] {
  const forms = (["all", "outside"] as const).map((residual) =>
    trialForms(trial.vectors, rows, count, trial.values, applied, { overlap, residual }),
  );
  const values = new Map<string, number[] | undefined>();
  const valueAt = (which: number, rho: number, vectors: number, i: number): number => {
    const key = [which, rho, vectors].join();
    if (!values.has(key)) {
      const { a, b } = lehmannPencil(leadingForms(forms[which]!, vectors), rho);
      values.set(key, approximateSolution(kernels, vectors, midpoints(a), midpoints(b))?.values);
    }
    return rho + 1 / (values.get(key)?.[vectors - 1 - i] ?? Number.NaN);
  };
  return lower.map(({ rho, vectors }, i) => ({
    low: valueAt(0, rho, vectors, i),
    outside: valueAt(1, rho, vectors, i),
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
