import type { Grid } from "../../../basis/grid.ts";
import type { RealField } from "../../../kernels/fields.ts";
import { levelCapacity, type Model } from "../../../model/model.ts";
import type { ScfEnd, ScfProblem } from "../../../scf/scf.ts";
import { windowWeights } from "../../../state/energy-window.ts";

/** What a ground state is made of in real space. */
export interface GroundFields {
  readonly model: Model;
  readonly grid: Grid;
  /** [bohr⁻³], shape [nSpin·N]. */
  readonly density: RealField;
  /** δE/δρ of each term of the energy at that density [Ha], shape [nSpin·N]. */
  readonly potentials: { readonly [name: string]: RealField };
  /** [Ha] */
  readonly fermiLevel: number;
  /**
   * Local density of states at the Fermi level, Σ w f_max δ_T(ε − ε_F) |ψ|² [states/(Ha bohr³)], shape [nSpin·N], with
   * δ_T(x) = e^{−(x/T)²}/(T√π). For as long as the run has not returned: it needs the orbitals. Absent after an interruption,
   * which leaves them between two steps.
   */
  readonly localDos?: (width: number) => Promise<RealField>;
}

/** Fields of a step's output density. */
export function groundFields(
  { basis, terms }: ScfProblem,
  { last: { rhoOut, occupation, levels }, orbitals, reason }: ScfEnd,
): GroundFields {
  const { model, grid } = basis;
  const potentials = Object.fromEntries(
    terms.flatMap(({ name, evaluate }) =>
      evaluate === undefined ? [] : [[name, evaluate(rhoOut).potential]],
    ),
  );
  return {
    model,
    grid,
    density: rhoOut,
    potentials,
    fermiLevel: occupation.fermiLevel,
    ...(reason === "interrupted" ? {} : { localDos }),
  };

  async function localDos(width: number) {
    const window = { center: occupation.fermiLevel, width };
    const weights = windowWeights(levels, levelCapacity(model), window, Number.POSITIVE_INFINITY);
    const states = await orbitals.density(weights);
    basis.symmetrize(states);
    return states;
  }
}
