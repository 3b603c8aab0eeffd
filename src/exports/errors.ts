/**
 * Bounds and error estimates: bands with guaranteed intervals, certificates, bounds of energies.
 *
 * @module errors
 */

export { type FrozenProblem, parseProblem, problemText } from "../bands/frozen-problem.ts";
export type { BandEnclosure, NotCertified } from "../errors/certify/band-enclosure.ts";
export { type CertifiedPoint, type Claim, checkPoint, claimsOf } from "../errors/certify/certificate.ts";
export { type BandProposal, certifyBands } from "../errors/certify/certify-bands.ts";
export { eliminationBounds } from "../errors/enclose/elimination-bounds.ts";
export { type EncloseOptions, encloseBands } from "../errors/enclose/enclose-bands.ts";
export {
  type EnergyEnclosure,
  type EnergyPoint,
  type EnergyProof,
  energyProof,
} from "../errors/energy/certify-energy.ts";
export type { EnergyClaim, SampledElectrons } from "../errors/energy/energy-certificate.ts";
export { densityGrid } from "../errors/energy/filled-density.ts";
export {
  type EnergyBound,
  hartreeFockEnergyBelow,
  type WeightedBands,
} from "../errors/energy/hartree-fock-energy.ts";
export type { Estimate } from "../errors/estimate.ts";
export { type EnclosedProblem, encloseProblem } from "../errors/problem/enclosed-hamiltonian.ts";
export {
  type CoreAtom,
  type ExactProblem,
  exactProblem,
} from "../errors/problem/exact-problem.ts";
export type { FourierCoefficient } from "../errors/problem/mesh-potential.ts";
export type { TabulatedPotential } from "../errors/problem/tabulated-projectors.ts";
export { proposeBands } from "../errors/propose/propose-bands.ts";
export {
  type PublishedBar,
  type PublishedOptions,
  publishedBars,
} from "../errors/published/published-bars.ts";
export { type CertificateHead, certificateLines } from "../io/certificate/certificate-file.ts";
export type { EnergyBounds, EnergyCertificate } from "../job/tasks/scf/energy-bars/energy-bars.ts";
export { type CertificateReport, verifyCertificate } from "../job/tasks/verify/verify-certificate.ts";
