import type { Grid } from "../basis/grid.ts";
import type { RealField } from "../kernels/fields.ts";
import type { Model } from "../model/model.ts";
import type { ScfProblem } from "../scf/scf.ts";
import type { ScfStep } from "../scf/state.ts";
import type { EnergyName } from "../terms/term.ts";

/** What a ground state is made of in real space. */
export interface GroundFields {
  readonly model: Model;
  readonly grid: Grid;
  /** [bohr⁻³], shape [nSpin·N]. */
  readonly density: RealField;
  /** δE/δρ of each term of the energy at that density [Ha], shape [nSpin·N]. */
  readonly potentials: { readonly [name in EnergyName]?: RealField };
  /** [Ha] */
  readonly fermiLevel: number;
}

/** Fields of a step's output density. */
export function groundFields(
  { basis, terms }: ScfProblem,
  { rhoOut, occupation }: Pick<ScfStep, "rhoOut" | "occupation">,
): GroundFields {
  const potentials = Object.fromEntries(
    terms.density.map((term) => [term.name, term.evaluate(rhoOut).potential]),
  );
  return {
    model: basis.model,
    grid: basis.grid,
    density: rhoOut,
    potentials,
    fermiLevel: occupation.fermiLevel,
  };
}
