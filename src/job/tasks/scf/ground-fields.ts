import type { Grid } from "../../../basis/grid.ts";
import type { GroundState } from "../../../ground/ground-state.ts";
import type { RealField } from "../../../kernels/fields.ts";
import type { Model } from "../../../model/model.ts";

/** Density, potentials and local density of states of a ground state on the grid. */
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
   * Local density of states at the Fermi level as in `GroundState.localDos`, shape [nSpin·N], until
   * the run returns: it needs the orbitals. Absent after an interruption.
   */
  readonly localDos?: (width: number) => Promise<RealField>;
}

/** Reads the fields of a state, converged or not. */
export const groundFields = (state: GroundState): GroundFields => ({
  model: state.basis.model,
  grid: state.basis.grid,
  density: state.density.data,
  /** Computed when read: few runs write them. */
  get potentials() {
    return Object.fromEntries(
      state.terms.flatMap(({ name, evaluate }) =>
        evaluate === undefined ? [] : [[name, evaluate(state.density.data).potential]],
      ),
    );
  },
  fermiLevel: state.fermiLevel,
  ...(state.status !== "interrupted" && {
    localDos: async (width: number) => (await state.localDos(width)).data,
  }),
});
