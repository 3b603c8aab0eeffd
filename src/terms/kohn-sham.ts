import type { Grid } from "../basis/grid.ts";
import type { Symmetrize } from "../basis/symmetrize.ts";
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

/**
 * Kohn-Sham: local pseudopotential, Hartree, exchange-correlation, nuclei. No functional is reduced Hartree-Fock.
 *
 * The energy of exchange and correlation on a grid depends on where the grid lies, so a translation that falls between its points
 * is no symmetry of it. The mean Ē(ρ) of E_xc(Sρ) over a space group is symmetric, and for invariant densities it is E_xc(ρ) itself
 * with the averaged potential.
 *
 * @param symmetrize that mean, where the densities are invariant under operations that do not map points to points.
 */
export function kohnShamTerms(
  model: Model,
  grid: Grid,
  functionals: readonly Functional[],
  symmetrize?: Symmetrize,
): EnergyTerms {
  const { energy, stress } = ewald(pointCharges(model));
  return {
    density: [
      localTerm(model, grid),
      hartree(grid, model.nSpin),
      ...(functionals.length > 0
        ? [averaged(exchangeCorrelationWithCores(model, grid, functionals), symmetrize)]
        : []),
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

/** The term whose derivative stays among invariant functions. */
const averaged = (term: DensityTerm, symmetrize: Symmetrize | undefined): DensityTerm =>
  symmetrize === undefined
    ? term
    : {
        ...term,
        evaluate(rho) {
          const { energy, potential } = term.evaluate(rho);
          symmetrize(potential);
          return { energy, potential };
        },
      };
