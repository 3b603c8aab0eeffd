import { functionals } from "../../../src/functionals/functionals.ts";
import { prepareScf, type RunOptions } from "../../../src/job/prepare/prepare-scf.ts";
import type { Preconditioner } from "../../../src/precond/preconditioner.ts";
import { independentResponse } from "../../../src/response/chi0.ts";
import {
  analyseDielectric,
  type DielectricStep,
  dielectricOperator,
} from "../../../src/response/dielectric.ts";
import { preconditionerAt } from "../../../src/scf/iterate.ts";
import { solveScf } from "../../../src/scf/scf.ts";
import { solveOrbitals } from "../../../src/scf/solve-orbitals.ts";
import { hartree } from "../../../src/terms/hartree/hartree.ts";
import { kernelOf } from "../../../src/terms/sums.ts";
import { exchangeCorrelation } from "../../../src/terms/xc/exchange-correlation.ts";

/** Residuals of the orbitals that respond [Ha] and of the response, relative; the condition number is settled to a hundredth. */
const ORBITALS = 1e-6;
const RESPONSE = 1e-3;
const SETTLED = 5e-3;

/** What was found for a preconditioner. */
export interface Condition {
  readonly smallest: number;
  readonly largest: number;
  /** Products with ε†. */
  readonly products: number;
  readonly settled: boolean;
}

export interface ConditionOptions extends Pick<RunOptions, "threads" | "backend" | "readText"> {
  readonly onProduct: (name: string, step: DielectricStep) => void;
}

/**
 * Extreme eigenvalues of P⁻¹ε† for several P at one ground state, that of `job`. ε† has the kernel of the local density, which the
 * authors of [HL21] took for their PBE ground states too.
 */
export async function* conditions(
  job: unknown,
  preconditioners: readonly Preconditioner[],
  { onProduct, ...options }: ConditionOptions,
): AsyncGenerator<Condition> {
  const { problem, options: scfOptions } = await prepareScf(job, options);
  const { last, orbitals } = await solveScf(problem, scfOptions);
  try {
    const { basis } = problem;
    const solved = await solveOrbitals(problem, orbitals, last.rhoOut, {
      nStates: last.state.nConverge,
      tolerance: ORBITALS,
    });
    const chi0 = await independentResponse(solved, { tolerance: RESPONSE });
    const { grid, model, mapsPoints } = basis;
    const symmetrize = mapsPoints ? undefined : basis.symmetrize;
    const xc = exchangeCorrelation(grid, functionals("lda-pw92"), model.nSpin, { symmetrize });
    const kernel = kernelOf([hartree(grid, model.nSpin), xc], last.rhoOut);
    const operator = dielectricOperator(basis, chi0, kernel);
    for (const preconditioner of preconditioners) {
      const { smallest, largest, steps, converged } = await analyseDielectric(
        operator,
        await preconditionerAt(preconditioner, solved),
        { maxSteps: 40, tolerance: SETTLED, onStep: (step) => onProduct(preconditioner.name, step) },
      );
      yield {
        smallest: smallest.eigenvalue,
        largest: largest.eigenvalue,
        products: steps,
        settled: converged,
      };
    }
  } finally {
    await orbitals.close();
  }
}
