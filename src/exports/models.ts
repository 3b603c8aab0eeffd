/**
 * Models given by their terms, in one, two or three dimensions.
 *
 * @module models
 */

export {
  type Condensate,
  type CondensateOptions,
  type CondensateStep,
  minimiseCondensate,
} from "../models/condensate.ts";
export { type DefinedModel, defineModel, type ModelDefinition } from "../models/define-model.ts";
export {
  type DielectricMatrix,
  dielectricMatrix,
  outputDensity,
  type PreconditionedSpectrum,
  preconditionedSpectrum,
} from "../models/dielectric-matrix.ts";
export {
  type Ion,
  insulatorLine,
  type LineSystem,
  lineSystem,
  metalLine,
  mixedLine,
} from "../models/line-system.ts";
export { type Vortex, vortices } from "../models/vortices.ts";
