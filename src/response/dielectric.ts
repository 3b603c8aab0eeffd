import { random } from "../common/random.ts";
import {
  asRealField,
  dotReal,
  newRealField,
  type ReadonlyRealField,
  type RealField,
  sumReal,
} from "../kernels/fields.ts";
import { type ArnoldiStep, arnoldi, type RitzPair } from "../solvers/arnoldi.ts";
import { gmres } from "../solvers/gmres.ts";
import type { ApplyKernel } from "../terms/sums.ts";
import type { Chi0, SolvedOrbitals } from "./chi0.ts";
import { type PredictedRates, predictedRates } from "./rates.ts";

/** ε† = 1 − χ₀ K on densities: minus the derivative of the residual F(ρ) − ρ. */
export interface DielectricOperator {
  readonly basis: SolvedOrbitals["basis"];
  /** Returns ε† δρ, shape [nSpin·N], as a new field, for a δρ of the crystal's symmetry. */
  apply(deltaRho: ReadonlyRealField): Promise<RealField>;
}

export function dielectricOperator(
  basis: SolvedOrbitals["basis"],
  chi0: Pick<Chi0, "apply">,
  kernel: ApplyKernel,
): DielectricOperator {
  return {
    basis,
    async apply(deltaRho) {
      const response = await chi0.apply(kernel(deltaRho));
      for (let r = 0; r < response.length; r++) response[r] = deltaRho[r]! - response[r]!;
      return response;
    },
  };
}

/** How ε† δρ = f is solved. */
export interface InverseSettings {
  /** Relative residual. */
  readonly tolerance: number;
  /** Products with the operator at most. */
  readonly maxProducts: number;
  /** Told of each product. */
  readonly onProduct?: ((products: number) => void) | undefined;
}

/** Solves ε† δρ = f by GMRES. */
export async function inverseDielectric(
  operator: DielectricOperator,
  f: RealField,
  { tolerance, maxProducts, onProduct }: InverseSettings,
): Promise<{ readonly rho: RealField; readonly products: number; readonly isConverged: boolean }> {
  let products = 0;
  const { x, converged } = await gmres({
    apply: async (y) => {
      products++;
      onProduct?.(products);
      return operator.apply(asRealField(y));
    },
    rightSide: f,
    relativeTolerance: tolerance,
    maxSteps: maxProducts,
  });
  return { rho: asRealField(x), products, isConverged: converged };
}

export interface DielectricOptions {
  /** Largest number of products with the operator. Default 60. */
  readonly maxSteps?: number;
  /** Relative change of the condition number per step that ends the run. Default 5·10⁻⁴. */
  readonly tolerance?: number;
  /** Seed of the start vector. Default 0. */
  readonly seed?: number;
  readonly onStep?: (step: DielectricStep) => void;
  /** Ends the search between steps, with the eigenvalues found so far. */
  readonly signal?: AbortSignal | undefined;
}

/** Eigenvalues after a step of the search. */
export interface DielectricStep {
  readonly step: number;
  readonly lambdaMin: number;
  readonly lambdaMax: number;
}

/** An extreme eigenvalue of P⁻¹ε†. */
export interface DielectricMode {
  readonly eigenvalue: number;
  /** ‖P⁻¹ε†x − λx‖/‖x‖, an estimate of the error of λ. */
  readonly residual: number;
  /** Density x of the mode, √∫x² = 1 [bohr^(-3/2)], shape [nSpin·N]. */
  readonly density: RealField;
}

/** Extreme eigenvalues of P⁻¹ε† and the predicted convergence. */
export interface DielectricReport {
  readonly smallest: DielectricMode;
  readonly largest: DielectricMode;
  /** Absent if an eigenvalue is not positive. */
  readonly rates: PredictedRates | null;
  /** Products with the operator. */
  readonly steps: number;
  /** Whether the stop rule was met. */
  readonly converged: boolean;
  /** Largest imaginary part of a Ritz value; zero in theory: ε† is self-adjoint in K's product. */
  readonly largestImaginaryPart: number;
  /** Real parts of all Ritz values of the last step, ascending. */
  readonly ritzValues: readonly number[];
}

/** Smallest number of products with the operator. */
const LEAST_STEPS = 10;

/**
 * Computes the extreme eigenvalues of P⁻¹ε† by Arnoldi's method, on real densities without charge
 * and with the crystal's symmetry, as the iteration makes them. Ends when the condition number has
 * settled [HL21].
 *
 * @param precondition P⁻¹ at the ground state.
 * @throws InputError if symmetry leaves no density without charge.
 */
export async function analyseDielectric(
  operator: DielectricOperator,
  precondition: (out: RealField, residual: ReadonlyRealField) => void | Promise<void>,
  { maxSteps = 60, tolerance = 5e-4, seed = 0, onStep, signal }: DielectricOptions = {},
): Promise<DielectricReport> {
  const { grid, model, symmetrize } = operator.basis;
  const length = model.nSpin * grid.points;
  const project = (x: Float64Array) => {
    symmetrize(asRealField(x));
    const mean = sumReal(asRealField(x)) / length;
    for (let r = 0; r < length; r++) x[r]! -= mean;
  };
  const apply = async (x: Float64Array) => {
    const out = newRealField(length);
    await precondition(out, await operator.apply(asRealField(x)));
    return out;
  };
  let last: ArnoldiStep | undefined;
  let condition = Number.NaN;
  let converged = false;
  for await (const step of arnoldi({ apply, project, start: startVector(length, seed), maxSteps })) {
    last = step;
    const [lambdaMin, lambdaMax] = [step.ritz[0]!.re, step.ritz.at(-1)!.re];
    onStep?.({ step: step.steps, lambdaMin, lambdaMax });
    const next = lambdaMax / lambdaMin;
    const settled = Math.abs(next / condition - 1) < tolerance && step.steps > LEAST_STEPS;
    condition = next;
    if (settled || step.isInvariant) {
      converged = true;
      break;
    }
    if (signal?.aborted) break;
  }
  const { ritz, steps } = last!; // at least one step: maxSteps is positive
  const mode = (pair: RitzPair): DielectricMode => {
    const density = asRealField(last!.vectorOf(pair));
    const norm = Math.sqrt(grid.dvol * dotReal(density, density));
    for (let r = 0; r < length; r++) density[r]! /= norm;
    return { eigenvalue: pair.re, residual: pair.residual, density };
  };
  const [smallest, largest] = [mode(ritz[0]!), mode(ritz.at(-1)!)];
  return {
    smallest,
    largest,
    rates: predictedRates(smallest.eigenvalue, largest.eigenvalue),
    steps,
    converged,
    largestImaginaryPart: Math.max(...ritz.map(({ im }) => Math.abs(im))),
    ritzValues: ritz.map(({ re }) => re),
  };
}

/** Returns noise with one peak, which contains all wavelengths. */
function startVector(length: number, seed: number): Float64Array {
  const { normal } = random(seed);
  const out = Float64Array.from({ length }, () => 0.1 * normal());
  out[0]! += 10;
  return out;
}
