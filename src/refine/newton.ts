import type { Mat3, Vec3 } from "../common/vec3.ts";
import { asRealField, difference, type ReadonlyRealField, type RealField } from "../kernels/fields.ts";
import type { BlockProgress, Orbitals } from "../parallel/orbitals.ts";
import { independentResponse } from "../response/chi0.ts";
import { dielectricOperator, type InverseSettings, inverseDielectric } from "../response/dielectric.ts";
import { groundForces, groundStress } from "../scf/derivatives.ts";
import type { ScfProblem } from "../scf/problem.ts";
import { type SolvedAtDensity, solveOrbitals } from "../scf/solve-orbitals.ts";
import { ofOrbitals } from "../scf/solve-potential.ts";
import { stopwatch } from "../scf/stopwatch.ts";
import { densityWeights } from "../state/occupation.ts";
import { type Energies, kernelOf } from "../terms/sums.ts";

type Problem = Pick<ScfProblem, "basis" | "terms">;

/** Tightly solved orbitals of the potential of a density, and what follows from them. */
export interface SolvedPoint extends SolvedAtDensity {
  /** The density whose potential it is, and that of the orbitals [bohr⁻³], shape [nSpin·N]. */
  readonly rhoIn: ReadonlyRealField;
  readonly rhoOut: RealField;
  readonly energies: Energies;
  /** [Ha/bohr], Cartesian; absent where no term has forces. */
  readonly forces: readonly Vec3[] | undefined;
  /** [Ha/bohr³]; absent where a term has none. */
  readonly stress: Mat3 | undefined;
}

/** How tightly orbitals are solved for. */
export interface PointRequest {
  /** Bands that must converge. */
  readonly nStates: number;
  /** ‖Hψ − εψ‖ [Ha] */
  readonly tolerance: number;
}

/** Solves for the orbitals of a density, in place, with their energy, forces and stress. */
export async function solvedPoint(
  problem: Problem,
  orbitals: Orbitals,
  rhoIn: ReadonlyRealField,
  request: PointRequest,
  progress?: BlockProgress,
): Promise<SolvedPoint> {
  const solved = await solveOrbitals(problem, orbitals, rhoIn, request, progress);
  const { occupation } = solved;
  const { rhoOut, energies } = await ofOrbitals(
    problem,
    { orbitals, watch: stopwatch(), progress: () => () => {} },
    densityWeights(occupation, solved.levels),
    occupation.entropyEnergy,
  );
  const end = { rhoOut, occupation };
  const forces = await groundForces(problem, end, orbitals);
  return { ...solved, rhoIn, rhoOut, energies, forces, stress: await groundStress(problem, end, orbitals) };
}

/** The density after a step of Newton's method. */
export interface NewtonDensity {
  /** [bohr⁻³], shape [nSpin·N]. */
  readonly rho: RealField;
  readonly products: number;
  readonly isConverged: boolean;
}

/**
 * Returns ρ + (1 − χ₀K)⁻¹(F(ρ) − ρ) for the last point solved with the orbitals: the
 * self-consistent density up to terms of second order in F(ρ) − ρ, by GMRES with the response of
 * the orbitals.
 *
 * @throws InputError if bands overlap without smearing.
 */
export async function newtonDensity(
  { terms }: Pick<ScfProblem, "terms">,
  point: SolvedPoint,
  settings: InverseSettings,
): Promise<NewtonDensity> {
  const chi0 = await independentResponse(point, { tolerance: settings.tolerance / 10 });
  const operator = dielectricOperator(point.basis, chi0, kernelOf(terms, point.rhoIn));
  const change = await inverseDielectric(operator, difference(point.rhoOut, point.rhoIn), settings);
  const rho = asRealField(change.rho.map((x, r) => point.rhoIn[r]! + x));
  return { rho, products: change.products, isConverged: change.isConverged && chi0.spent.isConverged };
}
