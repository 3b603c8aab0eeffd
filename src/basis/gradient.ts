import { rowsVec } from "../common/vec3.ts";
import {
  type FourierField,
  newFourierField,
  newRealField,
  type ReadonlyRealField,
  type RealField,
} from "../kernels/fields.ts";
import type { Grid } from "./grid.ts";

/** First derivatives on the grid, as multiplication by iG. */
export interface Gradient {
  /** out_c ← ∂_c f for the Cartesian c = x, y, z, each of shape [N]. */
  into(out: readonly RealField[], f: ReadonlyRealField): void;
  /** out ← Σ_c ∂_c field(c); components are read in turn, so they may share memory, even out's. */
  divergenceInto(out: RealField, field: (c: number) => ReadonlyRealField): void;
}

/**
 * Makes derivatives ∂_c → iG_c. At the frequency n/2 of an even axis the real part in
 * `grid.inverse` removes the derivative along it; so gradients of real fields are real, and minus
 * the adjoint of the divergence, on every grid.
 */
export function gradientOn(grid: Grid): Gradient {
  const { lattice, points, gVectors } = grid;
  const components = [0, 1, 2].map(() => new Float64Array(points));
  for (let g = 0; g < points; g++) {
    const x = gVectors[3 * g]!;
    const y = gVectors[3 * g + 1]!;
    const z = gVectors[3 * g + 2]!;
    rowsVec(lattice.reciprocal, [x, y, z]).forEach((value, c) => {
      components[c]![g] = value;
    });
  }
  const spectrum = newFourierField(points);
  const product = newFourierField(points);
  return {
    into(out, f) {
      grid.forward(spectrum, f);
      for (let c = 0; c < 3; c++) {
        product.fill(0);
        addTimesI(product, components[c]!, spectrum);
        grid.inverse(out[c]!, product);
      }
    },
    divergenceInto(out, field) {
      product.fill(0);
      for (let c = 0; c < 3; c++) {
        grid.forward(spectrum, field(c));
        addTimesI(product, components[c]!, spectrum);
      }
      grid.inverse(out, product);
    },
  };
}

/** Returns a zero vector field, one component per direction. */
export const newVectorField = (points: number): RealField[] => [0, 1, 2].map(() => newRealField(points));

/** out(G) ← out(G) + i q(G) f(G). */
function addTimesI(out: FourierField, q: Float64Array, f: FourierField): void {
  for (let g = 0; g < q.length; g++) {
    out[2 * g]! -= q[g]! * f[2 * g + 1]!;
    out[2 * g + 1]! += q[g]! * f[2 * g]!;
  }
}
