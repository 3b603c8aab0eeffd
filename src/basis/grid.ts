import { invariant } from "../common/failure.ts";
import { type Mat3, norm, rowsVec, type Vec3 } from "../common/vec3.ts";
import {
  asRealField,
  type FourierField,
  newFourierField,
  newRealField,
  type ReadonlyFourierField,
  type ReadonlyRealField,
  type RealField,
  realPart,
  toComplex,
} from "../kernels/fields.ts";
import type { GridSize, Kernels } from "../kernels/kernels.ts";
import type { Dimension, Lattice } from "../model/lattice.ts";
import { symmetricDivisions } from "../model/symmetric-divisions.ts";
import { createWaves, type Waves } from "./waves.ts";

/**
 * The real-space grid of densities and local potentials, and its cube of G-vectors. Hartree, xc and
 * local energies use the whole cube, without truncation to a sphere.
 */
export interface Grid {
  /** Kernels that make the transforms. */
  readonly kernels: Kernels;
  readonly lattice: Lattice;
  readonly size: GridSize;
  /** N = nx·ny·nz. */
  readonly points: number;
  /** Ω/N [bohr³]. */
  readonly dvol: number;
  /** Reduced G in FFT order, shape [3·N]; the frequency n/2 of an even axis is −n/2. */
  readonly gVectors: Int32Array;
  /** |G|² [bohr⁻²], shape [N]. */
  readonly normG2: Float64Array;
  /** f(G) = (1/N) Σ_r f(r) e^{−iGr} of one spin component. `out` may not alias `f`. */
  forward(out: FourierField, f: ReadonlyRealField): void;
  /** f(r) = Re Σ_G f(G) e^{iGr} of one spin component. */
  inverse(out: RealField, f: ReadonlyFourierField): void;
  /** The same into new fields. */
  toFourier(f: ReadonlyRealField): FourierField;
  toReal(f: ReadonlyFourierField): RealField;
  /** Returns a grid of another size for the same cell. */
  withSize(size: GridSize): Grid;
  /** Makes transforms of some waves of the cube only, at distinct flat indices. */
  waves(index: Int32Array): Waves;
}

/** Returns the signed frequency of FFT index i on an axis of n points. */
export const frequency = (i: number, n: number): number => (2 * i < n ? i : i - n);

/** Returns the flat grid index of the reduced G-vector (gx, gy, gz). */
export const gridIndex = (size: GridSize, gx: number, gy: number, gz: number): number => {
  const [nx, ny, nz] = size;
  return wrapped(gx, nx) + nx * (wrapped(gy, ny) + ny * wrapped(gz, nz));
};
const wrapped = (g: number, n: number): number => ((g % n) + n) % n;

/** Returns G of a wave of the cube by its index in `gVectors`, Cartesian [bohr⁻¹]. */
export const cartesianG = ({ lattice, gVectors }: Pick<Grid, "lattice" | "gVectors">, g: number): Vec3 =>
  rowsVec(lattice.reciprocal, [gVectors[3 * g]!, gVectors[3 * g + 1]!, gVectors[3 * g + 2]!]);

export function createGrid(lattice: Lattice, size: GridSize, kernels: Kernels): Grid {
  const points = size[0] * size[1] * size[2];
  const gVectors = new Int32Array(3 * points);
  const normG2 = new Float64Array(points);
  fillCube(gVectors, normG2, lattice, size);
  const fft = kernels.fft(size);
  const work = kernels.alloc(2 * points);

  const forward = (out: FourierField, f: ReadonlyRealField) => {
    invariant(
      f.length === points && out.length === 2 * points,
      () => `grid.forward: ${f.length}, ${out.length} for ${points} points`,
    );
    toComplex(work, f, points);
    fft.forward(work, work);
    out.set(work);
  };
  const inverse = (out: RealField, f: ReadonlyFourierField) => {
    invariant(
      out.length === points && f.length === 2 * points,
      () => `grid.inverse: ${out.length}, ${f.length} for ${points} points`,
    );
    work.set(f as unknown as Float64Array); // only read
    fft.inverse(work, work);
    realPart(out, work);
  };
  return {
    kernels,
    lattice,
    size,
    points,
    dvol: lattice.volume / points,
    gVectors,
    normG2,
    forward,
    inverse,
    toFourier: (f) => {
      const out = newFourierField(points);
      forward(out, f);
      return out;
    },
    toReal: (f) => {
      const out = asRealField(newRealField(points));
      inverse(out, f);
      return out;
    },
    withSize: (other) => createGrid(lattice, other, kernels),
    waves: (index) => createWaves(kernels, size, index),
  };
}

/** Writes the reduced G in FFT order, shape [3·N], and |G|², shape [N]. */
function fillCube(
  gVectors: Int32Array,
  normG2: Float64Array,
  lattice: Lattice,
  [nx, ny, nz]: GridSize,
): void {
  const [[b1x, b1y, b1z], b2, b3] = lattice.reciprocal;
  // Numbers of their own: lists made for every wave would take ten times as long.
  let at = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      const g2 = frequency(y, ny);
      const g3 = frequency(z, nz);
      for (let x = 0; x < nx; x++, at++) {
        const g1 = frequency(x, nx);
        gVectors[3 * at] = g1;
        gVectors[3 * at + 1] = g2;
        gVectors[3 * at + 2] = g3;
        const kx = g1 * b1x + g2 * b2[0] + g3 * b3[0];
        const ky = g1 * b1y + g2 * b2[1] + g3 * b3[1];
        const kz = g1 * b1z + g2 * b2[2] + g3 * b3[2];
        normG2[at] = kx * kx + ky * ky + kz * kz;
      }
    }
}

/** Returns whether n has no other prime factors. */
const isProductOf = (primes: readonly number[], n: number): boolean => {
  for (const p of primes) while (n % p === 0) n /= p;
  return n === 1;
};

/** Prime factors of sizes that can be transformed. */
const TRANSFORMED = [2, 3, 5, 7, 11, 13];

/**
 * Returns the smallest grid with 2, 3, 5-smooth axes on which products of two orbitals of cutoff
 * `ecut` are exact: every G with |G| ≤ 2·√(2·ecut) has a point. Axes beyond `dimension` have one
 * point.
 */
export function exactProductGridSize(vectors: Mat3, ecut: number, dimension: Dimension = 3): GridSize {
  const radius = 2 * Math.sqrt(2 * ecut);
  const axis = (a: Vec3): number => {
    // 1e-10: a G on the surface of the sphere belongs to it in spite of rounding of the lattice.
    const highest = Math.floor((radius * norm(a)) / (2 * Math.PI) + 1e-10);
    for (let n = 2 * highest + 1; ; n++) if (isProductOf([2, 3, 5], n)) return n;
  };
  return [axis(vectors[0]), dimension > 1 ? axis(vectors[1]) : 1, dimension > 2 ? axis(vectors[2]) : 1];
}

/**
 * Returns the smallest grid, at least `exactProductGridSize`, that all rotations W of the crystal
 * map onto itself: n_i W_ij / n_j are integers. Axes exchanged by an operation get equal numbers.
 *
 * @param operations space group of the crystal.
 */
export function symmetricGridSize(
  vectors: Mat3,
  ecut: number,
  operations: readonly { readonly rotation: Mat3 }[],
  dimension: Dimension = 3,
): GridSize {
  const least = exactProductGridSize(vectors, ecut, dimension);
  const rotations = operations.map(({ rotation }) => rotation);
  return symmetricDivisions(least, rotations, (n) => isProductOf([2, 3, 5], n));
}

/** Returns whether all axes are products of 2, 3, 5, 7, 11 and 13, which can be transformed. */
export const isFastGrid = (size: GridSize): boolean =>
  size.every((n) => Number.isInteger(n) && n > 0 && isProductOf(TRANSFORMED, n));

/** Returns the smallest n ≥ `least` that is a product of 2, 3, 5 and 7. */
export function fastSize(least: number): number {
  let n = Math.max(1, Math.ceil(least));
  while (!isProductOf([2, 3, 5, 7], n)) n++;
  return n;
}
