import type { Grid } from "../basis/grid.ts";
import { addMatrices } from "../common/tensor.ts";
import type { Functional } from "../model/functional.ts";
import type { Model } from "../model/model.ts";
import { coreDensity, coreStress } from "./core-density.ts";
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
  const { energy, stress } = ewald(pointCharges(model));
  return {
    density: [
      localTerm(model, grid),
      hartree(grid, model.nSpin),
      ...(functionals.length > 0 ? [exchangeCorrelationWithCores(model, grid, functionals)] : []),
    ],
    constant: [{ name: "ewald", energy, stress }, pspCorrection(model)],
  };
}

function exchangeCorrelationWithCores(
  model: Model,
  grid: Grid,
  functionals: readonly Functional[],
): DensityTerm {
  const core = coreDensity(model, grid);
  const term = exchangeCorrelation(grid, functionals, model.nSpin, core);
  if (core === null) return term;
  return {
    ...term,
    stress: (rho) => addMatrices(term.stress!(rho), coreStress(model, grid, term.evaluate(rho).potential)),
  };
}
