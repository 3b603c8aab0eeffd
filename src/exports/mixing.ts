/**
 * The ways to self-consistency: preconditioners, accelerators, methods, and how fast they converge.
 *
 * @module mixing
 */

export { auto } from "../precond/auto.ts";
export { type DielectricOptions, dielectric } from "../precond/filters/dielectric.ts";
export { kerker } from "../precond/filters/kerker.ts";
export { kerkerDos } from "../precond/filters/kerker-dos.ts";
export { simple } from "../precond/filters/simple.ts";
export { type HybridOptions, hybrid } from "../precond/hybrid.ts";
export { ldos } from "../precond/ldos.ts";
export { localThomasFermi } from "../precond/local-thomas-fermi.ts";
export { type Layer, type Localisation, layer } from "../precond/localisation.ts";
export type {
  ApplyPreconditioner,
  Iterate,
  IterateLevels,
  Preconditioner,
} from "../precond/preconditioner.ts";
export { chi0Exact } from "../response/chi0-exact.ts";
export { dampedRate, observedRate, type PredictedRates, predictedRates } from "../response/rates.ts";
export type { Accelerator, AcceleratorHistory, HistoryPoint } from "../scf/accelerators/accelerator.ts";
export { type AndersonOptions, anderson } from "../scf/accelerators/anderson.ts";
export { damped } from "../scf/accelerators/damped.ts";
export { type DensityMixingOptions, densityMixing } from "../scf/methods/density-mixing.ts";
export { type DirectMinimisationOptions, directMinimisation } from "../scf/methods/direct-minimisation.ts";
export { type PotentialMixingOptions, potentialMixing } from "../scf/methods/potential-mixing.ts";
export type { EnergyWindow } from "../state/energy-window.ts";
