import { invariant } from "../common/failure.ts";
import type { ReadonlyRealField, RealField } from "../kernels/fields.ts";
import type { GridSize, Kernels } from "../kernels/kernels.ts";

/**
 * Transforms between M waves of a grid's cube and its points, cheaper than those of the whole cube. The waves of a real field come
 * in pairs, c(−G) = c(G)*; two real fields f, g go through one transform as f + ig.
 */
export interface Waves {
  /** Flat indices of G in the cube, shape [M]. */
  readonly index: Int32Array;
  /** f(G) = (1/N) Σ_r f(r) e^{−iGr} on the waves, complex [2M]. */
  forward(out: Float64Array, f: ReadonlyRealField): void;
  /** f(r) = Re Σ c e^{iGr}, and g(r) = Im of the same where it is given; shapes [2M] and [N]. */
  inverse(f: RealField, c: Float64Array, g?: RealField): void;
  /** Memory for a factor of `product`, shape [N]. It lives as long as the kernels. */
  factor(): RealField;
  /** out ← waves of v(r) Σ c e^{iGr}, both [2M]: out may be c. @param v from `factor`. */
  product(out: Float64Array, c: Float64Array, v: RealField): void;
}

/** @param index distinct points of the cube. */
export function createWaves(kernels: Kernels, size: GridSize, index: Int32Array): Waves {
  const points = size[0] * size[1] * size[2];
  const fft = kernels.sphereFft(size, index);
  const numbers = 2 * index.length;
  const grid = kernels.alloc(2 * points);
  const [from, to] = [kernels.alloc(numbers), kernels.alloc(numbers)];
  return {
    index,
    forward(out, f) {
      invariant(f.length === points, () => `waves.forward: ${f.length} values for ${points} points`);
      for (let r = 0; r < points; r++) {
        grid[2 * r] = f[r]!;
        grid[2 * r + 1] = 0;
      }
      fft.gridToSphere(to, grid);
      out.set(to);
    },
    inverse(f, c, g) {
      invariant(f.length === points, () => `waves.inverse: ${f.length} values for ${points} points`);
      from.set(c);
      fft.sphereToGrid(grid, from);
      for (let r = 0; r < points; r++) f[r] = grid[2 * r]!;
      if (g !== undefined) for (let r = 0; r < points; r++) g[r] = grid[2 * r + 1]!;
    },
    factor: () => kernels.alloc(points) as RealField,
    product(out, c, v) {
      from.set(c);
      to.fill(0);
      fft.applyPotential(to, from, v, 1);
      out.set(to);
    },
  };
}
