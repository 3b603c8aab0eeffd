import { NotConvergedError, requireInput } from "../../common/failure.ts";
import type { Vec3 } from "../../common/vec3.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import { type BandEnclosure, type NotCertified, USUAL_WIDTH } from "../certify/band-enclosure.ts";
import { type BandProposal, certifyBands } from "../certify/certify-bands.ts";
import type { EnclosedProblem } from "../problem/enclosed-hamiltonian.ts";
import { type ProposalOptions, proposeTrial } from "../propose/propose-bands.ts";
import { proposeCount } from "../propose/propose-count.ts";

/** Options of `encloseBands`. */
export interface EncloseOptions {
  /** Least cutoff of the trial vectors [Ha]. Default 20. */
  readonly ecut?: number;
  /**
   * Largest width wanted [Ha]: cutoffs and residuals become just good enough, between `ecut` and 16
   * times it. Where rounding or that limit prevents it, bands come out wider. Default 1e-4.
   */
  readonly accuracy?: number;
  /** In place of an accuracy: trial vectors reach to this times `ecut`, whatever the widths. */
  readonly reach?: number;
  /** Called with each proved proposal: together they are the certificate of the result. */
  readonly onProved?: ((proposal: BandProposal) => void) | undefined;
}

/** Largest reach that an accuracy may lead to. */
const LARGEST_REACH = 16;

/**
 * Guaranteed enclosures of the lowest `nBands` eigenvalues of a problem at k (reduced, exact
 * binary64 numbers), each with its index, degenerate or not. A proposal is found in floating point
 * and then proved; `not-certified` says what could not be proved.
 *
 * @param problem made once by `encloseProblem` for all k-points
 *
 * @example
 * ```ts
 * import { bulk, createKernels, encloseBands, encloseProblem, exactProblem, newJob, prepareScf }
 * from "stillwave";
 *
 * const job = newJob(bulk("Si"), { ecut: 4, kgrid: [1, 1, 1], isMetal: false });
 * const { problem } = await prepareScf(job);
 * const bare = encloseProblem(exactProblem(problem.basis.model)); // ions alone, the infinite basis
 * const bands = encloseBands(await createKernels("wasm"), bare, [0, 0, 0], 2, { ecut: 4 });
 * if (Array.isArray(bands)) for (const { lower, upper } of bands) console.log(lower, upper);
 * ```
 */
export function encloseBands(
  kernels: Kernels,
  problem: EnclosedProblem,
  k: Vec3,
  nBands: number,
  { ecut = 20, accuracy, reach, onProved }: EncloseOptions = {},
): BandEnclosure[] | NotCertified {
  requireInput(
    Number.isInteger(nBands) && nBands >= 1,
    () => `bands: a whole number ≥ 1 is needed, got ${nBands}`,
  );
  const width = accuracy ?? USUAL_WIDTH;
  requireInput(
    ecut > 0 && width > 0,
    () => `ecut and accuracy: positive energies in Ha are needed, got ${ecut} and ${accuracy}`,
  );
  requireInput(
    reach === undefined || (reach >= 1 && accuracy === undefined),
    () => `reach: must be a number ≥ 1 and stand without an accuracy, got ${reach} and ${accuracy ?? "none"}`,
  );
  let isCounted = false;
  try {
    const { count, schur } = proposeCount(kernels, problem, k, nBands);
    isCounted = true;
    const attempt = (options: ProposalOptions): BandEnclosure[] | NotCertified => {
      const trial = proposeTrial(kernels, problem, k, count, options);
      reached = trial.cutoff;
      const proposal = { k, count, trial };
      const found = certifyBands(kernels, problem, proposal, nBands, schur);
      if (Array.isArray(found)) onProved?.(proposal);
      return found;
    };
    let reached = 0;
    if (reach !== undefined) return helped(attempt({ cutoff: reach * ecut }));
    const cutoff = LARGEST_REACH * ecut;
    let result = attempt({ cutoff, enough: { from: ecut, width, nBands } });
    while (!isWithin(result, width) && reached < cutoff && !isRounding(result, width)) {
      const from = Math.min(1.5 * reached, cutoff);
      result = narrower(result, attempt({ cutoff, enough: { from, width: width / 4, nBands } }));
    }
    return helped(result);
  } catch (error) {
    if (!(error instanceof NotConvergedError)) throw error;
    const failed = { kind: "not-certified", reason: error.message } as const;
    // the basis of the count is as large as the potential makes it: no cutoff of the user enters
    return isCounted
      ? failed
      : { ...failed, remedy: "fewer bands or a smaller cell may help, ecut does not" };
  }
}

/** Adds to a failed proof what makes its residuals smaller. */
const helped = (result: BandEnclosure[] | NotCertified): BandEnclosure[] | NotCertified =>
  Array.isArray(result) ? result : { ...result, remedy: "a higher ecut may help" };

const isWithin = (result: BandEnclosure[] | NotCertified, width: number): boolean =>
  Array.isArray(result) && result.every(({ lower, upper }) => upper - lower <= width);

/** Tells whether a wider basis is in vain: rounding alone is half of the width asked for. */
const isRounding = (result: BandEnclosure[] | NotCertified, width: number): boolean =>
  Array.isArray(result) && result.some(({ parts }) => parts.arithmetic > width / 2);

/** Both are proved: band by band the narrower one is taken. */
function narrower(
  a: BandEnclosure[] | NotCertified,
  b: BandEnclosure[] | NotCertified,
): BandEnclosure[] | NotCertified {
  if (!Array.isArray(a)) return b;
  if (!Array.isArray(b)) return a;
  return a.map((x, i) => (b[i]!.upper - b[i]!.lower < x.upper - x.lower ? b[i]! : x));
}
