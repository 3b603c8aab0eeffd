/**
 * Ground states and what follows from them: forces, bands, densities of states, dielectric
 * eigenvalues, the same atoms elsewhere.
 *
 * @module ground
 */

export { labelledPath, listedPoints } from "../bands/k-path.ts";
export { specialPoints } from "../bands/special-points.ts";
export { type Field, fieldOn } from "../basis/field.ts";
export { planeAverage } from "../basis/plane-average.ts";
export type { BandEnergy, BandsAtK, LevelErrors } from "../ground/band-levels.ts";
export type { BandErrors, Bands, BandsChoices } from "../ground/bands.ts";
export type { Check } from "../ground/check/check.ts";
export type { SelfCheckOptions } from "../ground/check/self-check.ts";
export type { Dielectric, DielectricChoices } from "../ground/dielectric.ts";
export type { Dos, DosChoices } from "../ground/dos.ts";
export type { BandsCertificate, ErrorBars } from "../ground/error-bars.ts";
export { groundState, lowestLevels } from "../ground/find-ground-state.ts";
export type { GroundState, KpointLevels } from "../ground/ground-state.ts";
export type { LocalStates } from "../ground/local-dos.ts";
export { type SolveJobOptions, solve } from "../job/tasks/scf/solve.ts";
export type { SolveOptions } from "../job/tasks/scf/solve-session.ts";
export type { DensityOfStates } from "../observables/density-of-states.ts";
export { type EquationOfState, energyAtVolume, equationOfState } from "../observables/equation-of-state.ts";
export { layerSpacing, macroscopicAverage } from "../observables/macroscopic-average.ts";
export {
  type AtomicMagnetisation,
  atomicMagnetisation,
  type Magnetisation,
  magnetisation,
  spinDensity,
} from "../observables/magnetisation.ts";
export { type Plane, type Slice, slice } from "../observables/slice.ts";
export { type Vacuum, vacuumOf } from "../observables/vacuum.ts";
export type { Orbitals } from "../parallel/orbitals.ts";
export type { BasisEnergy, EnergyAtCutoff } from "../refine/basis-energy.ts";
export type {
  BasisError,
  ErrorEstimateChoices,
  ErrorEstimateOptions,
  ErrorEstimates,
  ErrorStage,
} from "../refine/error-estimates.ts";
export type { KpointError } from "../refine/kpoint-error.ts";
export type {
  Corrected,
  ErrorPart,
  ErrorPartName,
  ErrorQuantity,
  EstimatedError,
  NotEstimated,
  SummedParts,
  Total,
} from "../refine/parts.ts";
export type { SmearingError } from "../refine/smearing-error.ts";
export type { DielectricMode, DielectricReport, DielectricStep } from "../response/dielectric.ts";
export type { Levels, Occupation } from "../state/occupation.ts";
