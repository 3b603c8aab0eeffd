/**
 * Grids, fields, plane waves, units, and the kernels that compute with them.
 *
 * @module basis
 */

export { cartesianG, createGrid, exactProductGridSize, type Grid } from "../basis/grid.ts";
export { createKPoint, type KPoint } from "../basis/kpoint.ts";
export { type BasisOptions, createBasis, type PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
export type { RealBasis } from "../basis/real/real-basis.ts";
export { InputError, NotConvergedError, OptionError, type OptionName } from "../common/failure.ts";
export { BOHR_PER_ANGSTROM, EV_PER_HARTREE } from "../common/units.ts";
export type { Mat3, Vec3 } from "../common/vec3.ts";
export { createKernels, describeBackends } from "../kernels/backends.ts";
export {
  asFourierField,
  asRealField,
  type FourierField,
  newFourierField,
  newRealField,
  type ReadonlyFourierField,
  type ReadonlyRealField,
  type RealField,
  spinComponent,
} from "../kernels/fields.ts";
export type { Arithmetic, BackendName, GridSize, Kernels } from "../kernels/kernels.ts";
export type { Atom, Model, Species } from "../model/model.ts";
export { type Smearing, type SmearingName, smearing } from "../model/smearing.ts";
export { VERSION } from "../version.ts";
