import { NotConvergedError } from "../../common/failure.ts";
import { asRealField } from "../../kernels/fields.ts";
import type { BlockProgress, Orbitals } from "../../parallel/orbitals.ts";
import type { ScfProblem } from "../../scf/problem.ts";
import { OCCUPIED } from "../../scf/rules/bands.ts";
import type { ScfStep } from "../../scf/state.ts";
import { densityWeights } from "../../state/occupation.ts";
import { totalPotential } from "../../terms/sums.ts";
import { type Check, short, upTo } from "./check.ts";
import { densityChecks } from "./density-checks.ts";
import { energyCheck } from "./energy-check.ts";
import { forceChecks } from "./force-checks.ts";
import { MATRIX_WAVES, missedCheck, splitOf } from "./missed-check.ts";
import { timeReversalCheck } from "./time-reversal-check.ts";

export interface SelfCheckOptions {
  /** Most plane waves of a k-point whose Hamiltonian is made as a matrix. Default 2000. */
  readonly matrixWaves?: number | undefined;
  /** Hears how many k-points the longest part, the search for missed levels, has done. */
  readonly onProgress?: BlockProgress | undefined;
  /** Heard between the checks, and between the k-points of the search. */
  readonly signal?: AbortSignal | undefined;
}

/** Orthonormality that the eigensolver leaves after its many products with small matrices. */
const ORTHONORMAL = 1e-10;

/**
 * Checks a converged step from what it holds, by other ways than it was computed: each check is an
 * object with what was measured, how much of it is allowed and why. They are checks, no proofs: of
 * an answer that is wrong in a way that none of them sees all pass.
 *
 * @throws NotConvergedError if the signal stops them.
 * @param last the step, whose potential is that of its `rhoIn`.
 * @param orbitals its orbitals, still open.
 */
export async function selfCheck(
  problem: Pick<ScfProblem, "basis" | "terms">,
  last: ScfStep,
  orbitals: Orbitals,
  { matrixWaves = MATRIX_WAVES, onProgress, signal }: SelfCheckOptions = {},
): Promise<Check[]> {
  const { basis, terms } = problem;
  const goOn = () => {
    if (signal?.aborted) throw new NotConvergedError("interrupted before all checks were made");
  };
  goOn();
  const { levels, occupation, rhoIn, rhoOut, residualNorms } = last;
  const weights = densityWeights(occupation, levels);
  const raw = await orbitals.density(weights);
  const made = asRealField(raw.slice());
  basis.symmetrize(made);
  const potential = totalPotential(terms, rhoIn);
  const final = totalPotential(terms, rhoOut);
  const occupied = occupation.occupations.map((f) => f.findLastIndex((x) => Math.abs(x) > OCCUPIED) + 1);
  const requests = levels.map(({ eigenvalues }) => ({ eigenvalues }));
  const inFinal = await orbitals.examine(final, requests);
  goOn();
  const inOwn = await orbitals.examine(potential, requests);
  const claimed = largest(residualNorms, occupied);
  const own = largest(
    inOwn.map((block) => block.residualNorms),
    occupied,
  );
  const anew = largest(
    inFinal.map((block) => block.residualNorms),
    occupied,
  );
  let change = 0;
  let height = 0;
  for (let r = 0; r < final.length; r++) {
    change = Math.max(change, Math.abs(final[r]! - potential[r]!));
    height = Math.max(height, Math.abs(potential[r]!));
  }
  const rounding = 1e-11 * (basis.ecut + height);
  const splits = levels.map(({ eigenvalues }, i) =>
    splitOf(eigenvalues, inOwn[i]!.residualNorms, occupied[i]!),
  );
  goOn();
  const overlapError = Math.max(...inOwn.map((block) => block.overlapError));
  return [
    upTo(
      "orthonormality",
      overlapError,
      ORTHONORMAL,
      "rounding of the eigensolver's products",
      `<i|j> is off by at most ${short(overlapError)} at any k-point and spin`,
    ),
    ...densityChecks(basis, last, made, weights),
    upTo(
      "residuals as the solver says",
      Math.abs(own - claimed),
      rounding,
      "rounding of H psi, which the solver updates and does not compute anew",
      `the largest |H psi - e psi| of an occupied level is ${short(own)} Ha, where the solver says ${short(claimed)}`,
    ),
    upTo(
      "residuals in the final potential",
      anew,
      claimed + change + rounding,
      `the solver's residual and the largest change of the potential in the last step, ${short(change)} Ha`,
      `the largest |H psi - e psi| of an occupied level is ${short(anew)} Ha with H of the final density`,
    ),
    energyCheck(problem, last, weights, raw),
    ...(await forceChecks(problem, last, orbitals, own)),
    ...(await timeReversalCheck(basis, last, orbitals, potential, inOwn)),
    await missedCheck(basis, last, orbitals, potential, splits, {
      mostWaves: matrixWaves,
      onBlock: onProgress,
      goOn,
    }),
  ];
}

/** Returns the largest of the first `counts` values of each block; NaN is larger than all. */
function largest(values: readonly Float64Array[], counts: readonly number[]): number {
  let most = 0;
  values.forEach((of, i) => {
    for (let j = 0; j < counts[i]!; j++) if (!(of[j]! <= most)) most = of[j]!;
  });
  return most;
}
