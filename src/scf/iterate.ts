import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import { newRealField, type ReadonlyRealField, type RealField } from "../kernels/fields.ts";
import type { Orbitals } from "../parallel/orbitals.ts";
import type { Iterate } from "../precond/preconditioner.ts";
import type { Levels, Occupation } from "../state/occupation.ts";
import type { EnergyTerms } from "../terms/kohn-sham.ts";

/** V = Σ_terms δE/δρ [Ha], shape [nSpin·N]. */
export function totalPotential(terms: EnergyTerms, rho: ReadonlyRealField): RealField {
  const total = newRealField(rho.length);
  for (const term of terms.density) {
    const { potential } = term.evaluate(rho);
    for (let r = 0; r < total.length; r++) total[r]! += potential[r]!;
  }
  return total;
}

/** What a preconditioner may see of the orbitals of a step. */
export function iterateAt(
  { grid, model, symmetrize }: PlaneWaveBasis,
  orbitals: Orbitals,
  levels: readonly Levels[],
  { fermiLevel, occupations }: Occupation,
): Iterate {
  const { nSpin, temperature } = model;
  const fMax = 2 / nSpin;
  return {
    grid,
    nSpin,
    fermiLevel,
    temperature,
    fMax,
    levels,
    async localDensityOfStates(width) {
      const weights = levels.map(({ weight, eigenvalues }) =>
        eigenvalues.map((e) => {
          const x = (e - fermiLevel) / width;
          const delta = Math.exp(-x * x) / (width * Math.sqrt(Math.PI));
          return delta * width < 1e-15 ? 0 : weight * fMax * delta;
        }),
      );
      const states = await orbitals.density(weights);
      symmetrize(states);
      return states;
    },
    async density() {
      const rho = await orbitals.density(occupations.map((f, i) => f.map((x) => x * levels[i]!.weight)));
      symmetrize(rho);
      return rho;
    },
  };
}
