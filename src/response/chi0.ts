import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import { requireInput } from "../common/failure.ts";
import { dotReal, newRealField, type ReadonlyRealField, type RealField, sumReal } from "../kernels/fields.ts";
import { levelCapacity } from "../model/model.ts";
import type { BlockProgress, Orbitals } from "../parallel/orbitals.ts";
import type { Levels, Occupation } from "../state/occupation.ts";
import { type OccupationLaw, occupationSlope } from "../state/occupation-law.ts";
import type { ResponseRequest } from "../state/response-block.ts";

/** Orbitals that solve the Hamiltonian they hold, with what is known of them. */
export interface SolvedOrbitals {
  readonly basis: PlaneWaveBasis;
  readonly orbitals: Orbitals;
  readonly levels: readonly Levels[];
  readonly occupation: Occupation;
  /** So many of the lowest bands have converged. Those above are not used, and count as empty. */
  readonly nStates: number;
}

export interface Chi0Options {
  /** Residual of the Sternheimer equations relative to δV, of a full band. Default 10⁻⁸. */
  readonly tolerance?: number;
  /** Iterations for each application at most. Default 200. */
  readonly maxIterations?: number;
}

/** χ₀ = δF/δV at fixed orbitals' Hamiltonian. */
export interface Chi0 {
  /** δρ = χ₀ δV [bohr⁻³], shape [nSpin·N], symmetrised, for a δV of the crystal's symmetry where orbitals see it. */
  apply(deltaPotential: ReadonlyRealField, progress?: BlockProgress): Promise<RealField>;
  /** What the applications so far took. */
  readonly spent: { readonly hamiltonianApplications: number; readonly isConverged: boolean };
}

/**
 * The independent-particle susceptibility: first-order change of the density F that the orbitals of a potential give,
 *
 *   χ₀ δV = δρ(ε_F fixed) + D δε_F,   D(r) = −Σ w f′ |ψ|²,   δε_F = −∫δρ(ε_F fixed)/∫D
 *
 * with the Fermi level moving so that no electron is lost. χ₀ is self-adjoint and not positive, gives zero for a
 * constant and a density without charge. It is exact for the discretised problem up to `tolerance` and to the
 * electrons in bands above `nStates`.
 *
 * @throws InputError if the bands overlap without smearing: their order at the Fermi level is then no function of V.
 */
export async function independentResponse(
  { basis, orbitals, levels, occupation, nStates }: SolvedOrbitals,
  { tolerance = 1e-8, maxIterations = 200 }: Chi0Options = {},
): Promise<Chi0> {
  const { model, grid, symmetrize } = basis;
  const { temperature } = model;
  const law: OccupationLaw = {
    smearing: model.smearing,
    temperature: model.smearing === "none" ? 0 : temperature,
    fermiLevel: occupation.fermiLevel,
    fMax: levelCapacity(model),
  };
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
  return {
    spent,
    async apply(deltaPotential, progress) {
      const deltaV = newRealField(deltaPotential.length);
      // A constant changes nothing; taken out beforehand, it does not have to cancel.
      const mean = sumReal(deltaPotential) / deltaPotential.length;
      for (let r = 0; r < deltaV.length; r++) deltaV[r] = deltaPotential[r]! - mean;
      // Not symmetrised here: its components beyond the plane waves' products, which no orbital sees, need not have the
      // symmetry, because the cube of G has not; averaged over the grid they would come back as others that are seen.
      if (dotReal(deltaV, deltaV) === 0) return deltaV;
      const { density, applications, converged } = await orbitals.response(deltaV, requests, progress);
      spent.hamiltonianApplications += applications;
      spent.isConverged &&= converged;
      symmetrize(density);
      if (states !== null && totalStates > 0) {
        const shift = (sumReal(density) * grid.dvol) / totalStates;
        for (let r = 0; r < density.length; r++) density[r]! -= shift * states[r]!;
      }
      return density;
    },
  };
}

/** D(r) = −Σ w df/dε |ψ|² [Ha⁻¹ bohr⁻³], symmetrised. */
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
