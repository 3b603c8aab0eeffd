import type { Grid } from "../basis/grid.ts";
import type { Symmetrize } from "../basis/symmetrize.ts";
import type { Functional } from "../functionals/functional.ts";
import { isSmeared, type Model } from "../model/model.ts";
import { coreCorrection } from "./core-correction/core-correction.ts";
import { entropy } from "./entropy/entropy.ts";
import { ewaldTerm } from "./ewald/ewald.ts";
import { hartree } from "./hartree/hartree.ts";
import { kinetic } from "./kinetic/kinetic.ts";
import { localTerm } from "./local/local.ts";
import { nonlocal } from "./nonlocal/nonlocal.ts";
import { pspCorrection } from "./psp-correction/psp-correction.ts";
import type { Term } from "./term.ts";
import { exchangeCorrelation } from "./xc/exchange-correlation.ts";

/**
 * Returns the Kohn-Sham terms: kinetic energy, pseudopotentials, Hartree, exchange and correlation,
 * nuclei. Without functionals this is reduced Hartree-Fock.
 *
 * @param symmetrize mean over the space group, needed if it has operations that do not map grid
 *   points to grid points.
 *
 * @example
 * ```ts
 * import { bulk, groundState, kohnShamTerms, newJob, prepareScf } from "stillwave";
 *
 * const job = newJob(bulk("Al"), { ecut: 5, kgrid: [2, 2, 2] });
 * const { problem, options } = await prepareScf(job);
 * const { model, grid } = problem.basis;
 * const terms = kohnShamTerms(model, grid, []); // no functional: reduced Hartree-Fock
 * console.log((await groundState({ ...problem, terms }, options)).energies);
 * ```
 */
export const kohnShamTerms = (
  model: Model,
  grid: Grid,
  functionals: readonly Functional[],
  symmetrize?: Symmetrize,
): Term[] => [
  kinetic,
  nonlocal,
  localTerm(model, grid),
  hartree(grid, model.nSpin),
  ...(functionals.length > 0
    ? [exchangeCorrelation(grid, functionals, model.nSpin, { core: coreCorrection(model, grid), symmetrize })]
    : []),
  ewaldTerm(model),
  pspCorrection(model),
  ...(isSmeared(model) ? [entropy] : []),
];
