import { onGrid } from "../basis/on-grid.ts";
import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import { invariant } from "../common/failure.ts";
import { newRealField, type ReadonlyRealField, type RealField } from "../kernels/fields.ts";
import type { Orbitals } from "../parallel/orbitals.ts";
import { independentResponse, type SolvedOrbitals } from "../response/chi0.ts";
import { dielectricOperator, inverseDielectric } from "../response/dielectric.ts";
import type { ScfProblem } from "../scf/problem.ts";
import { levelsOf } from "../scf/solve-potential.ts";
import type { BasisCorrection } from "../state/basis-correction.ts";
import { densityWeights, type Levels, type Occupation, occupy } from "../state/occupation.ts";
import { type Energies, energiesOf, evaluateTerms, kernelOf, totalPotential } from "../terms/sums.ts";
import { addRows, indicesIn } from "./spheres.ts";

/** Orbitals of a small basis, solved at a density of their own, with the terms on its grid. */
export interface CoarseState extends SolvedOrbitals {
  readonly terms: ScfProblem["terms"];
  /** The density at which they are solved [bohr⁻³], shape [nSpin·N]. */
  readonly rho: ReadonlyRealField;
}

export interface RefineSettings {
  /** Steps of conjugate gradients on the waves that the small basis lacks. */
  readonly steps: number;
  /** Relative residual of the response equation. */
  readonly tolerance: number;
  /** Products with the dielectric operator at most. */
  readonly maxProducts: number;
  /** Told of each product. */
  readonly onProduct?: ((products: number) => void) | undefined;
}

/** Density and energies of orbitals on the larger basis. */
export interface OnLargerBasis {
  /** [bohr⁻³], symmetrised, shape [nSpin·N] on the larger grid. */
  readonly rho: RealField;
  readonly energies: Energies;
  readonly levels: readonly Levels[];
  readonly occupation: Occupation;
}

export interface Refined {
  /** The orbitals of the small basis, and the corrected ones. */
  readonly before: OnLargerBasis;
  readonly after: OnLargerBasis;
  /** What the larger basis adds at once, one for each block. */
  readonly corrections: readonly BasisCorrection[];
  /** ρ + δρ to first order on the larger grid [bohr⁻³]; may be negative where ρ is small. */
  readonly firstOrderDensity: RealField;
  /** ⟨R|A⁻¹|R⟩ summed over filled bands with their electrons [Ha], not positive. */
  readonly halfEnergy: number;
  /** Products with the dielectric operator, and whether they were enough. */
  readonly products: number;
  readonly isConverged: boolean;
}

/**
 * Corrects the orbitals φ of a converged small basis on a larger one, to first order, without
 * iterating there [CDKL22]: docs/error-estimates.md.
 *
 *   x_n = −(Q H Q − ε_n)⁻¹ Q H φ_n on the waves that the small basis lacks, Q, by a few steps
 *         of conjugate gradients, δρ₂ = Σ 2 f w Re φ_n* x_n
 *   (1 − χ₀K) δρ₁ = χ₀ [g + K δρ₂] on the small basis, g_n = H(φ_n + x_n) − ε_n φ_n
 *   φ′ = Ritz vectors of H[ρ + δρ₁ + δρ₂] among φ_n + x_n + y_n, y_n the response of φ_n
 *
 * Occupations are those of the Ritz values.
 *
 * @param fine orbitals of the larger basis, as many bands as `nStates`; they become φ′.
 * @throws InputError if bands overlap without smearing.
 */
export async function refine(
  coarse: CoarseState,
  problem: Pick<ScfProblem, "basis" | "terms">,
  fine: Orbitals,
  { steps, tolerance, maxProducts, onProduct }: RefineSettings,
): Promise<Refined> {
  const { basis } = coarse;
  const { grid } = problem.basis;
  const chi0 = await independentResponse(coarse, { tolerance: tolerance / 10 });
  const spheres = spheresOf(basis, problem.basis, fine);
  const { lifted, levels, occupation } = await lift(coarse, fine, spheres);
  await fine.restore(lifted);

  const weights = densityWeights(occupation, levels);
  const before = await onLargerBasis(problem, fine, levels, occupation);
  await fine.setPotential(totalPotential(problem.terms, before.rho));
  const corrections = await fine.map("basisCorrection", (index) => ({
    small: spheres[index]!.rows,
    eigenvalues: levels[index]!.eigenvalues,
    weights: weights[index]!,
    steps,
  }));
  const deltaFine = newRealField(before.rho.length);
  corrections.forEach(({ density }, index) => {
    const from = fine.spec.blocks[index]!.spin * grid.points;
    for (let r = 0; r < density.length; r++) deltaFine[from + r]! += density[r]!;
  });
  problem.basis.symmetrize(deltaFine);

  // The response on the small basis.
  const coupling = onGrid(kernelOf(problem.terms, before.rho)(deltaFine), grid, basis.grid);
  const sources = corrections.map(({ coupling: panel }) => ({ panel }));
  const kernel = kernelOf(coarse.terms, coarse.rho);
  const right = await chi0.applyWith(coupling, sources);
  const operator = dielectricOperator(basis, chi0, kernel);
  const change = await inverseDielectric(operator, right.density, { tolerance, maxProducts, onProduct });
  const screened = kernel(change.rho);
  for (let r = 0; r < screened.length; r++) screened[r]! += coupling[r]!;
  const { density: deltaCoarse, changes } = await chi0.applyWith(screened, sources);

  const firstOrderDensity = onGrid(deltaCoarse, basis.grid, grid);
  for (let r = 0; r < firstOrderDensity.length; r++) firstOrderDensity[r]! += before.rho[r]! + deltaFine[r]!;
  const panels = lifted.map((panel, index) => {
    const { n, rows } = spheres[index]!;
    const { corrections: x } = corrections[index]!;
    const out = panel.map((value, i) => value + x[i]!);
    addRows(out, n, changes[index]!, rows);
    return out;
  });
  await fine.retract(panels);
  await fine.setPotential(totalPotential(problem.terms, firstOrderDensity));
  const ritz = await fine.map("ritzLevels", () => null);
  const newLevels = levelsOf(fine, ritz.map((eigenvalues) => ({ eigenvalues }))); // biome-ignore format: one line
  const after = await onLargerBasis(problem, fine, newLevels, occupy(basis.model, newLevels));
  return {
    before,
    after,
    corrections,
    firstOrderDensity,
    halfEnergy: corrections.reduce(
      (sum, { energies }, index) => sum + energies.reduce((part, e, n) => part + weights[index]![n]! * e, 0),
      0,
    ),
    products: change.products,
    isConverged: change.isConverged && chi0.spent.isConverged,
  };
}

/** Plane waves of a block on the larger basis, and where those of the small one are among them. */
interface Spheres {
  readonly n: number;
  readonly rows: Int32Array;
}

export function spheresOf(small: PlaneWaveBasis, larger: PlaneWaveBasis, fine: Orbitals): Spheres[] {
  const count = small.kpoints.length;
  const isSame = larger.kpoints.every(({ k }, i) => k.every((x, c) => x === small.kpoints[i]?.k[c]));
  invariant(larger.kpoints.length === count && isSame, () => "refine: the two bases differ in k-points");
  const ofK = larger.kpoints.map((kpoint, i) => ({
    n: kpoint.planeWaves,
    rows: indicesIn(kpoint, larger.grid.size, small.kpoints[i]!),
  }));
  return fine.spec.blocks.map((_, index) => ofK[index % count]!);
}

/** The lowest `nStates` orbitals on the larger spheres, with their own levels and occupation. */
export async function lift(
  { basis, orbitals, levels, nStates }: Pick<CoarseState, "basis" | "orbitals" | "levels" | "nStates">,
  fine: Orbitals,
  spheres: readonly Spheres[],
) {
  const lowest = levels.map((each) => ({ ...each, eigenvalues: each.eigenvalues.slice(0, nStates) }));
  const saved = await orbitals.save();
  const lifted = saved.map((panel, index) => {
    const { n, rows } = spheres[index]!;
    const out = new Float64Array(2 * n * nStates);
    addRows(out, n, panel.subarray(0, 2 * rows.length * nStates), rows);
    return out;
  });
  invariant(
    fine.spec.setup.nBands === nStates,
    () => `refine: ${nStates} states in ${fine.spec.setup.nBands} bands`,
  );
  return { lifted, levels: lowest, occupation: occupy(basis.model, lowest) };
}

/** Density and energies of the orbitals as they are. */
async function onLargerBasis(
  { basis, terms }: Pick<ScfProblem, "basis" | "terms">,
  fine: Orbitals,
  levels: readonly Levels[],
  occupation: Occupation,
): Promise<OnLargerBasis> {
  const weights = densityWeights(occupation, levels);
  const rho = await fine.density(weights);
  basis.symmetrize(rho);
  const ofOperators = await fine.energies(weights);
  const energies = energiesOf(terms, evaluateTerms(terms, rho), ofOperators, occupation.entropyEnergy);
  return { rho, energies, levels, occupation };
}
