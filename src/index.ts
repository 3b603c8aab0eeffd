/**
 * Stillwave: plane-wave Kohn-Sham density-functional theory. The public names, by hand.
 *
 * `runScf(job)` takes a job file's content and gives the result file's; `scf(problem, options)` is the iteration itself,
 * one step at a time; everything else is what the two are made of.
 */

export type { Pseudopotential } from "./atoms/pseudopotential.ts";
export { parsePseudopotential } from "./atoms/read-pseudopotential.ts";
export { type FrozenProblem, parseProblem, problemText } from "./bands/frozen-problem.ts";
export { labelledPath, listedPoints } from "./bands/k-path.ts";
export { specialPoints } from "./bands/special-points.ts";
export { createGrid, exactProductGridSize, type Grid } from "./basis/grid.ts";
export { createKPoint, type KPoint } from "./basis/kpoint.ts";
export { planeAverage } from "./basis/plane-average.ts";
export { type BasisOptions, createBasis, type PlaneWaveBasis } from "./basis/plane-wave-basis.ts";
export { type BulkOptions, bulk } from "./build/bulk.ts";
export { type CrystalName, knownCrystals, type ShapeChoice } from "./build/crystals.ts";
export { MOLECULE_NAMES, molecule } from "./build/molecule.ts";
export { type SlabOptions, slab } from "./build/slab.ts";
export { supercell } from "./build/supercell.ts";
export { InputError, NotConvergedError } from "./common/failure.ts";
export { BOHR_PER_ANGSTROM, EV_PER_HARTREE } from "./common/units.ts";
export type { Mat3, Vec3 } from "./common/vec3.ts";
export type { BandEnclosure, NotCertified } from "./errors/certify/band-enclosure.ts";
export { type CertifiedPoint, type Claim, checkPoint, claimsOf } from "./errors/certify/certificate.ts";
export { type BandProposal, certifyBands } from "./errors/certify/certify-bands.ts";
export { eliminationBounds } from "./errors/enclose/elimination-bounds.ts";
export { type EncloseOptions, encloseBands } from "./errors/enclose/enclose-bands.ts";
export {
  type EnergyBound,
  hartreeFockEnergyBelow,
  type WeightedBands,
} from "./errors/energy/hartree-fock-energy.ts";
export type { Estimate } from "./errors/estimate.ts";
export { type EnclosedProblem, encloseProblem } from "./errors/problem/enclosed-hamiltonian.ts";
export {
  type CoreAtom,
  type ExactProblem,
  exactProblem,
  type FourierCoefficient,
} from "./errors/problem/exact-problem.ts";
export { proposeBands } from "./errors/propose/propose-bands.ts";
export {
  type PublishedBar,
  type PublishedOptions,
  publishedBars,
} from "./errors/published/published-bars.ts";
export type { Functional } from "./functionals/functional.ts";
export { functionals } from "./functionals/functionals.ts";
export type { BandEnergy, BandsAtK } from "./ground/band-levels.ts";
export { groundState, lowestLevels } from "./ground/find-ground-state.ts";
export type { GroundState, KpointLevels } from "./ground/ground-state.ts";
export { type CertificateHead, certificateLines } from "./io/certificate-file.ts";
export {
  formatOf,
  formatStructure,
  parseStructure,
  type StructureFormat,
} from "./io/structures/structure-files.ts";
export {
  type NewJobOptions,
  newJob,
  suggestedCutoff,
  suggestedEntry,
  suggestedKgrid,
} from "./job/new-job.ts";
export { type PreparedScf, prepareScf, type RunOptions } from "./job/prepare/prepare-scf.ts";
export type { Checkpoint, CheckpointSystem } from "./job/prepare/starting-point.ts";
export { type JobFile, parseJob } from "./job/schema/schema.ts";
export type { BandsFile } from "./job/tasks/bands/bands-result.ts";
export { boundEnergy, type SelfConsistentBound } from "./job/tasks/bands/energy-bound.ts";
export { type BandsOptions, type BandsRun, runBands } from "./job/tasks/bands/run-bands.ts";
export {
  type ComparedRun,
  type CompareOptions,
  type Comparison,
  compareMixings,
} from "./job/tasks/compare/compare.ts";
export { type DielectricRunOptions, runDielectric } from "./job/tasks/dielectric/run-dielectric.ts";
export type { DosFile, LocalDos } from "./job/tasks/dos/dos-result.ts";
export { type DosOptions, runDos } from "./job/tasks/dos/run-dos.ts";
export { converged } from "./job/tasks/scf/converged.ts";
export type { GroundFields } from "./job/tasks/scf/ground-fields.ts";
export type { HistoryRow, KpointResult, ResultFile, ResultStatus } from "./job/tasks/scf/result.ts";
export { runScf } from "./job/tasks/scf/run-scf.ts";
export { type CertificateReport, verifyCertificate } from "./job/tasks/verify/verify-certificate.ts";
export { createKernels, describeBackends } from "./kernels/backends.ts";
export {
  asFourierField,
  asRealField,
  type FourierField,
  newFourierField,
  newRealField,
  type ReadonlyFourierField,
  type ReadonlyRealField,
  type RealField,
} from "./kernels/fields.ts";
export type { BackendName, GridSize, Kernels } from "./kernels/kernels.ts";
export { cellLattice, createLattice, type Dimension, type Lattice, longAxis } from "./model/lattice.ts";
export type { Atom, Model, Species } from "./model/model.ts";
export { type Smearing, type SmearingName, smearing } from "./model/smearing.ts";
export { type Structure, type StructureAtom, toFractional } from "./model/structure.ts";
export {
  type Condensate,
  type CondensateOptions,
  type CondensateStep,
  minimiseCondensate,
} from "./models/condensate.ts";
export { type DefinedModel, defineModel, type ModelDefinition } from "./models/define-model.ts";
export {
  type DielectricMatrix,
  dielectricMatrix,
  outputDensity,
  type PreconditionedSpectrum,
  preconditionedSpectrum,
} from "./models/dielectric-matrix.ts";
export {
  type Ion,
  insulatorLine,
  type LineSystem,
  lineSystem,
  metalLine,
  mixedLine,
} from "./models/line-system.ts";
export { type Vortex, vortices } from "./models/vortices.ts";
export { layerSpacing, macroscopicAverage } from "./observables/macroscopic-average.ts";
export {
  type AtomicMagnetisation,
  atomicMagnetisation,
  type Magnetisation,
  magnetisation,
  spinDensity,
} from "./observables/magnetisation.ts";
export { type Plane, type Slice, slice } from "./observables/slice.ts";
export { bandsSvg } from "./plot/bands.ts";
export { type ComparePictureOptions, compareSvg } from "./plot/compare.ts";
export { convergenceSvg } from "./plot/convergence.ts";
export { dosSvg } from "./plot/dos.ts";
export { type ContourOptions, contourSvg } from "./plot/drawing/contour.ts";
export { type Line, type LinesOptions, linesSvg } from "./plot/drawing/lines.ts";
export { beside, stacked } from "./plot/drawing/svg.ts";
export { type FieldPictureOptions, fieldSvg } from "./plot/field-picture.ts";
export { type GrowthSeries, growthSvg } from "./plot/growth.ts";
export { modesSvg } from "./plot/modes.ts";
export { type Profile, profileSvg } from "./plot/profile.ts";
export { type Spectrum, spectraSvg } from "./plot/spectra.ts";
export { stepTimesSvg } from "./plot/step-times.ts";
export { auto } from "./precond/auto.ts";
export { type DielectricOptions, dielectric } from "./precond/filters/dielectric.ts";
export { kerker } from "./precond/filters/kerker.ts";
export { kerkerDos } from "./precond/filters/kerker-dos.ts";
export { simple } from "./precond/filters/simple.ts";
export { type HybridOptions, hybrid } from "./precond/hybrid.ts";
export { ldos } from "./precond/ldos.ts";
export { localThomasFermi } from "./precond/local-thomas-fermi.ts";
export { type Layer, type Localisation, layer } from "./precond/localisation.ts";
export type {
  ApplyPreconditioner,
  Iterate,
  IterateLevels,
  Preconditioner,
} from "./precond/preconditioner.ts";
export { chi0Exact } from "./response/chi0-exact.ts";
export { dampedRate, observedRate, type PredictedRates, predictedRates } from "./response/rates.ts";
export type { Accelerator, AcceleratorHistory, HistoryPoint } from "./scf/accelerators/accelerator.ts";
export { type AndersonOptions, anderson } from "./scf/accelerators/anderson.ts";
export { damped } from "./scf/accelerators/damped.ts";
export { groundForces, groundStress } from "./scf/derivatives.ts";
export type {
  NextStep,
  ScfIteration,
  ScfMethod,
  SolvedStep,
  StepStart,
  Tolerance,
} from "./scf/method.ts";
export { type DensityMixingOptions, densityMixing } from "./scf/methods/density-mixing.ts";
export { type DirectMinimisationOptions, directMinimisation } from "./scf/methods/direct-minimisation.ts";
export { type PotentialMixingOptions, potentialMixing } from "./scf/methods/potential-mixing.ts";
export { type ScfEnd, type ScfOptions, type ScfOutcome, type ScfProblem, scf, solveScf } from "./scf/scf.ts";
export { type SolvedPotential, solvePotential } from "./scf/solve-potential.ts";
export type { Energies, MethodState, ScfState, ScfStep } from "./scf/state.ts";
export type { EnergyWindow } from "./state/energy-window.ts";
export type { BlockSite, BlockTerm, Operator } from "./terms/block-term.ts";
export { externalFromFourier, externalPotential } from "./terms/external/external.ts";
export { hartree } from "./terms/hartree/hartree.ts";
export { type PairOptions, pairInteraction, yukawa } from "./terms/hartree/pair-interaction.ts";
export { kohnShamTerms } from "./terms/kohn-sham.ts";
export { type PowerLaw, powerNonlinearity } from "./terms/nonlinearity/nonlinearity.ts";
export type { AddKernel, DensityTerm, Evaluation, Term, TermState } from "./terms/term.ts";
export { VERSION } from "./version.ts";
