import { rowsVec } from "../common/vec3.ts";
import {
  imaginaryPart,
  newRealField,
  type ReadonlyRealField,
  type RealField,
  realPart,
  setImaginary,
  toComplex,
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
 * Makes derivatives ∂_c → iG_c, where the frequency n/2 of an even axis counts as 0: its waves have
 * no derivative along the axis that is real. So gradients of real fields are real, and minus the
 * adjoint of the divergence, on every grid; and two components share a transform, as real and
 * imaginary part.
 */
export function gradientOn({ lattice, points, gVectors, size, kernels }: Grid): Gradient {
  const components = [0, 1, 2].map(() => new Float64Array(points));
  const odd = (axis: number, g: number): number => {
    const frequency = gVectors[3 * g + axis]!;
    return 2 * frequency === -size[axis]! ? 0 : frequency;
  };
  for (let g = 0; g < points; g++)
    rowsVec(lattice.reciprocal, [odd(0, g), odd(1, g), odd(2, g)]).forEach((value, c) => {
      components[c]![g] = value;
    });
  const [x, y, z] = components as [Float64Array, Float64Array, Float64Array];
  const fft = kernels.fft(size);
  const [spectrum, product] = [kernels.alloc(2 * points), kernels.alloc(2 * points)];
  return {
    into([ofX, ofY, ofZ], f) {
      toComplex(spectrum, f, points);
      fft.forward(spectrum, spectrum);
      product.fill(0); // ∂_x + i∂_y
      addTimesI(product, x, spectrum);
      addTimes(product, -1, y, spectrum);
      fft.inverse(product, product);
      realPart(ofX!, product);
      imaginaryPart(ofY!, product);
      product.fill(0);
      addTimesI(product, z, spectrum);
      fft.inverse(product, product);
      realPart(ofZ!, product);
    },
    divergenceInto(out, field) {
      // ∂_x f_x + ∂_y f_y = Re[(∂_x − i∂_y)(f_x + i f_y)]
      toComplex(spectrum, field(0), points);
      setImaginary(spectrum, field(1), points);
      fft.forward(spectrum, spectrum);
      product.fill(0);
      addTimesI(product, x, spectrum);
      addTimes(product, 1, y, spectrum);
      toComplex(spectrum, field(2), points);
      fft.forward(spectrum, spectrum);
      addTimesI(product, z, spectrum);
      fft.inverse(product, product);
      realPart(out, product);
    },
  };
}

/** Returns a zero vector field, one component per direction. */
export const newVectorField = (points: number): RealField[] => [0, 1, 2].map(() => newRealField(points));

/** out(G) ← out(G) + i q(G) f(G). */
function addTimesI(out: Float64Array, q: Float64Array, f: Float64Array): void {
  for (let g = 0; g < q.length; g++) {
    out[2 * g]! -= q[g]! * f[2 * g + 1]!;
    out[2 * g + 1]! += q[g]! * f[2 * g]!;
  }
}

/** out(G) ← out(G) + sign q(G) f(G). */
function addTimes(out: Float64Array, sign: -1 | 1, q: Float64Array, f: Float64Array): void {
  for (let g = 0; g < q.length; g++) {
    out[2 * g]! += sign * q[g]! * f[2 * g]!;
    out[2 * g + 1]! += sign * q[g]! * f[2 * g + 1]!;
  }
}
