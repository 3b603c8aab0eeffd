import type { Grid } from "../basis/grid.ts";
import { requireInput } from "../common/failure.ts";
import { type NumberOptions, valuesOf } from "../common/options.ts";
import { erfc } from "../common/special/erfc.ts";
import type { Vec3 } from "../common/vec3.ts";
import { newRealField, type RealField } from "../kernels/fields.ts";

/** Indicator L of a material, between 0 and 1, as a periodic function of fractional coordinates. */
export type Localisation = (position: Vec3) => number;

/** A layer of the cell, in fractional coordinates. */
export interface Layer {
  /** The lattice vector across the layer. */
  readonly axis: 0 | 1 | 2;
  /** `from` < `to` ≤ `from` + 1; any cell: 0.8 to 1.2 is a layer around 0. */
  readonly from: number;
  readonly to: number;
  /** s > 0: the edges are about 2/s wide. Default 30. */
  readonly steepness?: number | undefined;
}

/** Rule, default and limit of the number of `layer`. */
export const LAYER_OPTIONS = {
  steepness: { rule: "must be a positive steepness of the edges; 30 is usual", default: 30, above: 0 },
} as const satisfies NumberOptions;

/** Rule for the end of a layer that begins at `from`. */
export const layerEnds = {
  rule: (from: number) => `must be above from = ${from} by at most 1`,
  remedy: "a layer across the cell's edge goes beyond 1, as from 0.8 to 1.2",
  allows: (from: number, to: number): boolean =>
    Number.isFinite(from) && Number.isFinite(to) && from < to && to <= from + 1,
};

/**
 * Makes L(x) = Σ_n ½ erf(s (x + n − from)) − ½ erf(s (x + n − to)) along one axis, 1 in the layer
 * and 0 outside [HL21], periodic with the lattice. The sum over images never exceeds 1.
 *
 * @throws InputError if the layer is empty or longer than the cell.
 *
 * @example
 * ```ts
 * import { densityMixing, hybrid, layer } from "stillwave";
 *
 * // silica below, metal above: the dielectric acts from 0 to 0.4 along the third vector
 * const localisation = layer({ axis: 2, from: 0, to: 0.4 });
 * const method = densityMixing({ preconditioner: hybrid({ epsilonR: 2.1, localisation }) });
 * ```
 */
export function layer({ axis, from, to, ...options }: Layer): Localisation {
  const { steepness } = valuesOf("layer", LAYER_OPTIONS, options);
  requireInput(axis === 0 || axis === 1 || axis === 2, () => `layer.axis: must be 0, 1 or 2, got ${axis}`);
  requireInput(
    layerEnds.allows(from, to),
    () => `layer.to: ${layerEnds.rule(from)}, got ${to}; ${layerEnds.remedy}`,
  );
  // Beyond 6/s the error function is ±1 to the last digit.
  const reach = 1 + Math.ceil(6 / steepness);
  return (position) => {
    const middle = (from + to) / 2;
    const x = position[axis] - Math.round(position[axis] - middle); // within half a cell of middle
    let sum = 0;
    for (let n = -reach; n <= reach; n++)
      sum += 0.5 * (erfc(steepness * (x + n - to)) - erfc(steepness * (x + n - from)));
    return Math.min(1, Math.max(0, sum));
  };
}

/**
 * Evaluates √L at the grid points.
 *
 * @throws InputError if L leaves [0, 1].
 */
export function rootOnGrid({ size, points }: Grid, localisation: Localisation): RealField {
  const [nx, ny, nz] = size;
  const out = newRealField(points);
  let at = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) {
        const value = localisation([x / nx, y / ny, z / nz]);
        requireInput(
          value >= 0 && value <= 1,
          () => `localisation: must be between 0 and 1, got ${value} at grid point ${x}, ${y}, ${z}`,
        );
        out[at++] = Math.sqrt(value);
      }
  return out;
}
