/**
 * Terms of the energy, functionals and pseudopotentials.
 *
 * @module terms
 */

export type { Pseudopotential } from "../atoms/pseudopotential.ts";
export { parsePseudopotential } from "../atoms/read-pseudopotential.ts";
export type { Functional } from "../functionals/functional.ts";
export { functionals } from "../functionals/functionals.ts";
export type { BlockSite, BlockTerm, Operator } from "../terms/block-term.ts";
export { dipoleCorrection } from "../terms/dipole/dipole-correction.ts";
export { type DipoleLayer, dipoleLayer } from "../terms/dipole/dipole-layer.ts";
export { externalFromFourier, externalPotential } from "../terms/external/external.ts";
export { hartree } from "../terms/hartree/hartree.ts";
export { type PairOptions, pairInteraction, yukawa } from "../terms/hartree/pair-interaction.ts";
export { kohnShamTerms } from "../terms/kohn-sham.ts";
export { type PowerLaw, powerNonlinearity } from "../terms/nonlinearity/nonlinearity.ts";
export type { AddKernel, DensityTerm, Evaluation, Term, TermState } from "../terms/term.ts";
