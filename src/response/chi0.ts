import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import { requireInput } from "../common/failure.ts";
import { dotReal, newRealField, type ReadonlyRealField, type RealField, sumReal } from "../kernels/fields.ts";
import { levelCapacity } from "../model/model.ts";
import type { BlockProgress, Orbitals } from "../parallel/orbitals.ts";
import type { Levels, Occupation } from "../state/occupation.ts";
import { type OccupationLaw, occupationSlope } from "../state/occupation-law.ts";
import type { ResponseRequest, ResponseSource } from "../state/response-block.ts";

/** Solved orbitals with their levels and occupation. */
export interface SolvedOrbitals {
  readonly basis: PlaneWaveBasis;
  readonly orbitals: Orbitals;
  readonly levels: readonly Levels[];
  readonly occupation: Occupation;
  /** Number of converged lowest bands. Higher bands are not used and count as empty. */
  readonly nStates: number;
}

export interface Chi0Options {
  /** Residual of the Sternheimer equations of a full band, relative to δV. Default 10⁻⁸. */
  readonly tolerance?: number;
  /** Largest number of iterations of an application. Default 200. */
  readonly maxIterations?: number;
}

/** Response to a change of the Hamiltonian that is more than a potential. */
export interface SourcedResponse {
  /** δρ [bohr⁻³], symmetrised, shape [nSpin·N]. */
  readonly density: RealField;
  /** Complex panels [planeWaves × filled], one per block. */
  readonly changes: readonly Float64Array[];
}

/** χ₀ = δF/δV at fixed orbitals of the Hamiltonian. */
export interface Chi0 {
  /** Returns δρ = χ₀ δV [bohr⁻³], symmetrised [nSpin·N], for a δV of the crystal's symmetry. */
  apply(deltaPotential: ReadonlyRealField, progress?: BlockProgress): Promise<RealField>;
  /**
   * Returns the same with vectors g_n added to δV ψ_n, a panel per block, for a density that is
   * symmetric as a whole, and the changes of the filled orbitals outside the given states.
   */
  applyWith(
    deltaPotential: ReadonlyRealField,
    sources: readonly ResponseSource[],
    progress?: BlockProgress,
  ): Promise<SourcedResponse>;
  /** Cost and convergence of all applications so far. */
  readonly spent: { readonly hamiltonianApplications: number; readonly isConverged: boolean };
}

/**
 * Makes the independent-particle susceptibility, the first-order change of the output density F
 * with the potential:
 *
 *   χ₀ δV = δρ(ε_F fixed) + D δε_F,   D(r) = −Σ w f′ |ψ|²,   δε_F = −∫δρ(ε_F fixed)/∫D
 *
 * with the Fermi level shifted to keep the electron count. χ₀ is self-adjoint and not positive; it
 * maps constants to zero and gives densities without charge. It is exact for the discretised
 * problem up to `tolerance` and the electrons in bands above `nStates`.
 *
 * @throws InputError if bands overlap without smearing: their order at the Fermi level is then not
 *   a function of V.
 */
export async function independentResponse(
  { basis, orbitals, levels, occupation, nStates }: SolvedOrbitals,
  { tolerance = 1e-8, maxIterations = 200 }: Chi0Options = {},
): Promise<Chi0> {
  const { grid, symmetrize } = basis;
  const law = lawOf({ basis, occupation });
  if (law.temperature === 0) requireGap(levels, occupation);
  const requests = levels.map(
    ({ weight, eigenvalues }, i): ResponseRequest => ({
      law,
      eigenvalues,
      occupations: occupation.occupations[i]!,
      nStates,
      weight,
      tolerance,
      maxIterations,
    }),
  );
  const states = law.temperature === 0 ? null : await statesAtFermiLevel(orbitals, requests, symmetrize);
  const totalStates = states === null ? 0 : sumReal(states) * grid.dvol;
  const spent = { hamiltonianApplications: 0, isConverged: true };
  const respond = async (
    deltaPotential: ReadonlyRealField,
    sources: readonly ResponseSource[] | undefined,
    progress: BlockProgress | undefined,
  ): Promise<SourcedResponse> => {
    const deltaV = newRealField(deltaPotential.length);
    // χ₀ maps constants to zero; the mean is removed so that it need not cancel.
    const mean = sumReal(deltaPotential) / deltaPotential.length;
    for (let r = 0; r < deltaV.length; r++) deltaV[r] = deltaPotential[r]! - mean;
    // Not symmetrised: components beyond products of plane waves, invisible to orbitals, lack the
    // symmetry, as the cube of G does; averaging on the grid would alias them to visible ones.
    if (sources === undefined && dotReal(deltaV, deltaV) === 0) return { density: deltaV, changes: [] };
    const found = await orbitals.response(deltaV, requests, progress, sources);
    const { density, changes, applications, converged } = found;
    spent.hamiltonianApplications += applications;
    spent.isConverged &&= converged;
    symmetrize(density);
    if (states !== null && totalStates > 0) {
      const shift = (sumReal(density) * grid.dvol) / totalStates;
      for (let r = 0; r < density.length; r++) density[r]! -= shift * states[r]!;
    }
    return { density, changes };
  };
  return {
    spent,
    apply: async (deltaPotential, progress) => (await respond(deltaPotential, undefined, progress)).density,
    applyWith: respond,
  };
}

/** Returns the occupation law of solved states. */
export const lawOf = ({
  basis: { model },
  occupation,
}: Pick<SolvedOrbitals, "basis" | "occupation">): OccupationLaw => ({
  smearing: model.smearing,
  temperature: model.smearing === "none" ? 0 : model.temperature,
  fermiLevel: occupation.fermiLevel,
  fMax: levelCapacity(model),
});

/** Returns D(r) = −Σ w df/dε |ψ|² [Ha⁻¹ bohr⁻³], symmetrised. */
async function statesAtFermiLevel(
  orbitals: Orbitals,
  requests: readonly ResponseRequest[],
  symmetrize: (f: RealField) => void,
): Promise<RealField> {
  const states = await orbitals.density(
    requests.map(({ law, eigenvalues, weight, nStates }) =>
      eigenvalues.map((e, i) => (i < nStates ? -weight * occupationSlope(law, e) : 0)),
    ),
  );
  symmetrize(states);
  return states;
}

function requireGap(levels: readonly Levels[], { occupations, fermiLevel }: Occupation): void {
  const lowestEmpty = Math.min(
    ...levels.flatMap(({ eigenvalues }, i) =>
      Array.from(eigenvalues.filter((_, n) => occupations[i]![n] === 0)),
    ),
  );
  requireInput(
    lowestEmpty > fermiLevel,
    () =>
      `smearing: must not be none for the response of a system without gap, highest occupied level ${fermiLevel} Ha, ` +
      `lowest empty one ${lowestEmpty} Ha; choose a smearing and a temperature`,
  );
}
