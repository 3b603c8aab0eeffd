import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import type { ReadonlyRealField, RealField } from "../kernels/fields.ts";
import { levelCapacity } from "../model/model.ts";
import type {
  ApplyPreconditioner,
  Iterate,
  IterateLevels,
  Preconditioner,
} from "../precond/preconditioner.ts";
import { independentResponse, type SolvedOrbitals } from "../response/chi0.ts";
import { windowWeights } from "../state/energy-window.ts";
import { densityWeights, type Levels, type Occupation } from "../state/occupation.ts";
import { kernelOf } from "../terms/sums.ts";
import type { SolvedStep } from "./method.ts";
import type { ScfProblem } from "./problem.ts";

/** Returns the levels of a state in the form preconditioners read. */
export const levelsAt = (
  { model }: PlaneWaveBasis,
  levels: readonly Levels[],
  { fermiLevel }: Occupation,
): IterateLevels => ({
  nSpin: model.nSpin,
  fermiLevel,
  temperature: model.temperature,
  fMax: levelCapacity(model),
  levels,
});

/**
 * Returns a state in the form preconditioners read.
 *
 * @param rho density of its orbitals [bohr⁻³], symmetrised, shape [nSpin·N].
 * @param responseTo χ₀ K of the state, within an SCF iteration.
 */
export const iterateAt = (
  basis: PlaneWaveBasis,
  { levels, occupation }: Pick<SolvedStep, "levels" | "occupation">,
  rho: ReadonlyRealField,
  responseTo?: Iterate["responseTo"],
): Iterate => ({
  ...levelsAt(basis, levels, occupation),
  grid: basis.grid,
  density: async () => rho.slice() as RealField,
  ...(responseTo === undefined ? {} : { responseTo }),
});

/**
 * Makes δρ → χ₀ K δρ of orbitals solved for the potential of a density.
 *
 * @param rho this density [bohr⁻³].
 * @param solved its orbitals; `nStates` is the number of converged bands.
 */
export const responseAt =
  (
    { basis, terms }: Pick<ScfProblem, "basis" | "terms">,
    solved: Pick<SolvedOrbitals, "orbitals" | "levels" | "occupation" | "nStates">,
    rho: ReadonlyRealField,
  ): NonNullable<Iterate["responseTo"]> =>
  async (accuracy) => {
    const chi0 = await independentResponse({ basis, ...solved }, { tolerance: accuracy, maxIterations: 60 });
    const kernel = kernelOf(terms, rho);
    return (deltaRho) => chi0.apply(kernel(deltaRho));
  };

/** Makes P⁻¹ of solved orbitals, with the local densities of states it needs. */
export async function preconditionerAt(
  preconditioner: Preconditioner,
  { basis, orbitals, levels, occupation }: SolvedOrbitals,
): Promise<ApplyPreconditioner> {
  const windows = preconditioner.needs?.(levelsAt(basis, levels, occupation)) ?? [];
  const fMax = levelCapacity(basis.model);
  const [rho, ...states] = await orbitals.densities([
    densityWeights(occupation, levels),
    ...windows.map((window) => windowWeights(levels, fMax, window)),
  ]);
  for (const field of [rho!, ...states]) basis.symmetrize(field);
  return preconditioner.at(iterateAt(basis, { levels, occupation }, rho!), states);
}
