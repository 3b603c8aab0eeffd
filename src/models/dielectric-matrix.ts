import { requireInput } from "../common/failure.ts";
import { createKernels } from "../kernels/backends.ts";
import { asRealField, newRealField, type ReadonlyRealField, type RealField } from "../kernels/fields.ts";
import { levelCapacity } from "../model/model.ts";
import type { Iterate, Preconditioner } from "../precond/preconditioner.ts";
import { type DenseStates, denseChi0, denseDensity, denseStates } from "../response/dense-states.ts";
import { type PredictedRates, predictedRates } from "../response/rates.ts";
import { iterateAt } from "../scf/iterate.ts";
import { generalEigenpairs } from "../solvers/general-eigenpairs.ts";
import { type EnergyWindow, windowWeights } from "../state/energy-window.ts";
import { densityWeights } from "../state/occupation.ts";
import { kernelOf, operatorsOf, totalPotential } from "../terms/sums.ts";
import type { DefinedModel } from "./define-model.ts";

/** Linearised iteration of a model as column-major matrices on the grid, shape [N·N]. */
export interface DielectricMatrix {
  readonly states: DenseStates;
  /** Density of the linearisation [bohr⁻³], shape [N]. */
  readonly density: RealField;
  /** χ₀, from potentials to densities [Ha⁻¹ bohr⁻³]. */
  readonly chi0: Float64Array;
  /** K = δV/δρ of the model's terms, from densities to potentials [Ha·bohr³]. */
  readonly kernel: Float64Array;
  /** ε† = 1 − χ₀K, minus the derivative of the residual F(ρ) − ρ. */
  readonly epsilon: Float64Array;
  /** State to be passed to preconditioners. */
  readonly iterate: Iterate;
  /** Returns D(r) [Ha⁻¹ bohr⁻³] of an energy window of a preconditioner's `needs`, shape [N]. */
  localDensityOfStates(window: EnergyWindow): RealField;
}

/** Largest number of points; beyond it matrices take minutes. */
const MOST_POINTS = 1500;

/** Returns F(ρ), the density of all states in the potential of ρ, shape [N]; F′ = χ₀K. */
export async function outputDensity(model: DefinedModel, rho: ReadonlyRealField): Promise<RealField> {
  const states = await statesAt(model, rho);
  return occupiedDensity(states);
}

/**
 * Computes the dielectric operator of a small model at a density as a dense matrix, which
 * determines the convergence of its iteration.
 *
 * @param density usually the ground state's, from `groundState`.
 * @throws InputError if the grid has too many points for a dense matrix.
 *
 * @example
 * ```ts
 * import { dielectricMatrix, groundState, lineSystem, metalLine } from "stillwave";
 *
 * const model = await lineSystem(metalLine(3));
 * const { density } = await groundState(model);
 * console.log((await dielectricMatrix(model, density.data)).epsilon.length);
 * ```
 */
export async function dielectricMatrix(model: DefinedModel, density: RealField): Promise<DielectricMatrix> {
  const { basis, terms } = model;
  const { points } = basis.grid;
  requireInput(
    points <= MOST_POINTS,
    () =>
      `dielectricMatrix: at most ${MOST_POINTS} grid points, got ${points}; lower ecut or the size of the cell`,
  );
  const states = await statesAt(model, density);
  const chi0 = denseChi0(await createKernels(model.backend), states);
  const kernel = columnsOf(points, kernelOf(terms, density));
  const epsilon = multiply(chi0, kernel, points).map((x) => -x);
  for (let i = 0; i < points; i++) epsilon[i + points * i]! += 1;
  return {
    states,
    density,
    chi0,
    kernel,
    epsilon,
    iterate: iterateOf(states, epsilon),
    localDensityOfStates: (window) => localStates(states, window),
  };
}

/** Eigenvalues of P⁻¹ε† on densities without charge, and the predicted convergence. */
export interface PreconditionedSpectrum {
  readonly name: string;
  /** Real parts, ascending, N − 1 of them. */
  readonly eigenvalues: readonly number[];
  /** Zero in theory where K is positive: ε† and P are then self-adjoint in one scalar product. */
  readonly largestImaginaryPart: number;
  /** Null if an eigenvalue is not positive. */
  readonly rates: PredictedRates | null;
  /** Returns the density of eigenvalue i, ∫x² = 1, shape [N]. */
  modeOf(index: number): RealField;
}

/**
 * Computes the whole spectrum of P⁻¹ε†.
 *
 * @param preconditioner a library or user preconditioner; inner equations are solved to their own
 *   tolerance.
 *
 * @example
 * ```ts
 * import { dielectricMatrix, groundState, kerker, lineSystem } from "stillwave";
 * import { metalLine, preconditionedSpectrum } from "stillwave";
 *
 * const model = await lineSystem(metalLine(3));
 * const { density } = await groundState(model);
 * const matrix = await dielectricMatrix(model, density.data);
 * console.log((await preconditionedSpectrum(matrix, kerker())).rates?.condition);
 * ```
 */
export async function preconditionedSpectrum(
  { epsilon, iterate, localDensityOfStates }: DielectricMatrix,
  preconditioner: Preconditioner,
): Promise<PreconditionedSpectrum> {
  const { points, dvol } = iterate.grid;
  const apply = await preconditioner.at(
    iterate,
    (preconditioner.needs?.(iterate) ?? []).map(localDensityOfStates),
  );
  const inverse = new Float64Array(points * points);
  for (let j = 0; j < points; j++) {
    const [out, unit] = [newRealField(points), newRealField(points)];
    unit[j] = 1;
    await apply(out, unit);
    inverse.set(out, j * points);
  }
  // Reflection of the constant to the first unit vector; the other rows and columns of the matrix
  // act on densities without charge.
  const u = new Float64Array(points).fill(1 / Math.sqrt(points));
  u[0]! += 1;
  const norm2 = u.reduce((sum, x) => sum + x * x, 0);
  const reflected = multiply(inverse, epsilon, points);
  reflectBothSides(reflected, u, norm2, points);
  const others = Array.from({ length: points - 1 }, (_, i) => i + 1);
  const pairs = await generalEigenpairs(others.map((i) => others.map((j) => reflected[i + points * j]!)));
  const eigenvalues = pairs.map(({ re }) => re);
  return {
    name: preconditioner.name,
    eigenvalues,
    largestImaginaryPart: Math.max(0, ...pairs.map(({ im }) => Math.abs(im))),
    rates: predictedRates(eigenvalues[0]!, eigenvalues.at(-1)!),
    modeOf(index) {
      const pair = pairs[index];
      requireInput(
        pair !== undefined,
        () => `modeOf: index must be between 0 and ${pairs.length - 1}, got ${index}`,
      );
      const mode = newRealField(points);
      for (let i = 1; i < points; i++) mode[i] = pair.vector[2 * (i - 1)]!;
      const overlap = (2 / norm2) * mode.reduce((sum, x, i) => sum + x * u[i]!, 0);
      for (let i = 0; i < points; i++) mode[i]! -= overlap * u[i]!;
      const size = Math.sqrt(dvol * mode.reduce((sum, x) => sum + x * x, 0));
      return asRealField(mode.map((x) => x / size));
    },
  };
}

async function statesAt(
  { basis, terms, backend }: DefinedModel,
  rho: ReadonlyRealField,
): Promise<DenseStates> {
  return denseStates(await createKernels(backend), basis, totalPotential(terms, rho), operatorsOf(terms));
}

/** Returns D(r) of an energy window from all states, however far from its center. */
function localStates(states: DenseStates, window: EnergyWindow): RealField {
  const fMax = levelCapacity(states.basis.model);
  return denseDensity(states, windowWeights(states.levels, fMax, window, Number.POSITIVE_INFINITY));
}

const occupiedDensity = (states: DenseStates): RealField =>
  denseDensity(states, densityWeights(states.occupation, states.levels));

function iterateOf(states: DenseStates, epsilon: Float64Array): Iterate {
  const { points } = states.basis.grid;
  return iterateAt(states.basis, states, occupiedDensity(states), async () => async (deltaRho) => {
    const out = newRealField(points);
    for (let j = 0; j < points; j++)
      for (let i = 0; i < points; i++)
        out[i]! += ((i === j ? 1 : 0) - epsilon[i + points * j]!) * deltaRho[j]!;
    return out;
  });
}

/** Returns the matrix of a linear map from its images of the unit vectors. */
function columnsOf(n: number, apply: (unit: RealField) => Float64Array): Float64Array {
  const out = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const unit = newRealField(n);
    unit[j] = 1;
    out.set(apply(unit), j * n);
  }
  return out;
}

/** Returns the product A B of two n × n matrices. */
function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const column = out.subarray(j * n, (j + 1) * n);
    for (let k = 0; k < n; k++) {
      const factor = b[k + n * j]!;
      if (factor === 0) continue;
      const from = a.subarray(k * n, (k + 1) * n);
      for (let i = 0; i < n; i++) column[i]! += factor * from[i]!;
    }
  }
  return out;
}

/** Reflects A ← (1 − 2uuᵀ/uᵀu) A (1 − 2uuᵀ/uᵀu). */
function reflectBothSides(a: Float64Array, u: Float64Array, norm2: number, n: number): void {
  const image = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    let overlap = 0;
    for (let i = 0; i < n; i++) overlap += u[i]! * a[i + n * j]!;
    for (let i = 0; i < n; i++) a[i + n * j]! -= ((2 * overlap) / norm2) * u[i]!;
    for (let i = 0; i < n; i++) image[i]! += a[i + n * j]! * u[j]!;
  }
  for (let j = 0; j < n; j++) for (let i = 0; i < n; i++) a[i + n * j]! -= ((2 * image[i]!) / norm2) * u[j]!;
}
