import { invariant } from "../common/failure.ts";
import {
  imaginaryPart,
  type ReadonlyRealField,
  type RealField,
  realPart,
  toComplex,
} from "../kernels/fields.ts";
import type { GridSize, Kernels } from "../kernels/kernels.ts";

/**
 * Transforms between M waves of the cube and the grid, cheaper than those of the whole cube. Waves
 * of a real field come in pairs, c(−G) = c(G)*; two real fields share one transform as f + ig.
 * Coefficients c, complex [2M], and factors are in the memory of the kernels; fields may be
 * anywhere.
 */
export interface Waves {
  /** Flat indices of G in the cube, shape [M]. */
  readonly index: Int32Array;
  /** out ← f(G) = (1/N) Σ_r f(r) e^{−iGr} on the waves. */
  forward(out: Float64Array, f: ReadonlyRealField): void;
  /** f ← Re Σ c e^{iGr}, shape [N]. */
  inverse(f: RealField, c: Float64Array): void;
  /** f ← field of c and g ← field of d, both real. */
  inversePair(f: RealField, c: Float64Array, g: RealField, d: Float64Array): void;
  /** out ← out + waves of v(r) Σ c e^{iGr}, v of shape [N]. */
  addProduct(out: Float64Array, c: Float64Array, v: Float64Array): void;
}

/**
 * Makes transforms of some waves.
 *
 * @param index distinct points of the cube.
 */
export function createWaves(kernels: Kernels, size: GridSize, index: Int32Array): Waves {
  const points = size[0] * size[1] * size[2];
  const fft = kernels.sphereFft(size, index);
  const grid = kernels.alloc(2 * points);
  return {
    index,
    forward(out, f) {
      invariant(f.length === points, () => `waves.forward: ${f.length} values for ${points} points`);
      toComplex(grid, f, 1); // the transform divides by N
      fft.gridToSphere(out, grid);
    },
    inverse(f, c) {
      invariant(f.length === points, () => `waves.inverse: ${f.length} values for ${points} points`);
      fft.sphereToGrid(grid, c);
      realPart(f, grid);
    },
    inversePair(f, c, g, d) {
      kernels.scratch((take) => {
        const both = take(2 * index.length);
        addImaginary(both, c, d);
        fft.sphereToGrid(grid, both);
      });
      realPart(f, grid);
      imaginaryPart(g, grid);
    },
    addProduct: (out, c, v) => fft.applyPotential(out, c, v, 1),
  };
}

/** out ← x + i y */
function addImaginary(out: Float64Array, x: Float64Array, y: Float64Array): void {
  for (let j = 0; j < x.length; j += 2) {
    out[j] = x[j]! - y[j + 1]!;
    out[j + 1] = x[j + 1]! + y[j]!;
  }
}
