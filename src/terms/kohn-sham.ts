import type { Grid } from "../basis/grid.ts";
import type { Functional } from "../model/functional.ts";
import type { Model } from "../model/model.ts";
import { coreDensity } from "./core-density.ts";
import { ewald, pointCharges } from "./ewald.ts";
import { exchangeCorrelation } from "./exchange-correlation.ts";
import { hartree } from "./hartree.ts";
import { localTerm } from "./local.ts";
import { pspCorrection } from "./psp-correction.ts";
import type { ConstantTerm, DensityTerm } from "./term.ts";

/** The terms of an energy functional beside the kinetic and nonlocal energy of the orbitals and the entropy. */
export interface EnergyTerms {
  readonly density: readonly DensityTerm[];
  readonly constant: readonly ConstantTerm[];
}

/** Kohn-Sham: local pseudopotential, Hartree, exchange-correlation, nuclei. No functional is reduced Hartree-Fock. */
export function kohnShamTerms(model: Model, grid: Grid, functionals: readonly Functional[]): EnergyTerms {
  return {
    density: [
      localTerm(model, grid),
      hartree(grid, model.nSpin),
      ...(functionals.length > 0
        ? [exchangeCorrelation(grid, functionals, model.nSpin, coreDensity(model, grid))]
        : []),
    ],
    constant: [{ name: "ewald", energy: ewald(pointCharges(model)).energy }, pspCorrection(model)],
  };
}
