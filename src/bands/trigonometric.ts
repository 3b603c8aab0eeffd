import { type Grid, gridIndex } from "../basis/grid.ts";
import { invariant } from "../common/failure.ts";
import { dot, rowsVec, type Vec3 } from "../common/vec3.ts";
import { newFourierField, type ReadonlyRealField, type RealField } from "../kernels/fields.ts";
import type { Lattice } from "../model/lattice.ts";

/**
 * Pair of coefficients of a real trigonometric polynomial, V(r) = Σ_G V(G) e^{iG·r}, V(−G) = V(G)*:
 * reduced G, Re V(G), Im V(G) [Ha]. Of each pair ±G the one whose last nonzero component is
 * positive is stored.
 */
export type Coefficient = readonly [gx: number, gy: number, gz: number, re: number, im: number];

/**
 * Returns the coefficients of a field that enter matrix elements ⟨k+G|V|k+G′⟩ of cutoff `ecut`: |G|
 * ≤ 2√(2 ecut). They are made Hermitian, V(G) ← (V(G) + V(−G)*)/2, so that the polynomial is real.
 */
export function toTrigonometric(grid: Grid, field: ReadonlyRealField, ecut: number): Coefficient[] {
  const { points, gVectors, normG2, size } = grid;
  const f = grid.toFourier(field);
  const found: Coefficient[] = [];
  for (let i = 0; i < points; i++) {
    const g: Vec3 = [gVectors[3 * i]!, gVectors[3 * i + 1]!, gVectors[3 * i + 2]!];
    if (!isReached(normG2[i]!, ecut) || (!isUpper(g) && i > 0)) continue;
    const j = gridIndex(size, -g[0], -g[1], -g[2]);
    // At G = 0 both are the same, and the imaginary part vanishes.
    found.push([...g, (f[2 * i]! + f[2 * j]!) / 2, (f[2 * i + 1]! - f[2 * j + 1]!) / 2]);
  }
  return found;
}

/**
 * Evaluates the polynomial on a grid [Ha], shape [N], without the coefficients beyond matrix
 * elements of cutoff `ecut`.
 *
 * @param grid at least the exact-product grid of `ecut`.
 */
export function fromTrigonometric(grid: Grid, coefficients: readonly Coefficient[], ecut: number): RealField {
  const { size, lattice, points } = grid;
  const f = newFourierField(points);
  for (const [gx, gy, gz, re, im] of coefficients) {
    if (!isReached(normG2Of(lattice, [gx, gy, gz]), ecut)) continue;
    const i = gridIndex(size, gx, gy, gz);
    const j = gridIndex(size, -gx, -gy, -gz);
    invariant(
      [gx, gy, gz].every((g, axis) => 2 * Math.abs(g) < size[axis]!),
      () => `fromTrigonometric: G = [${gx}, ${gy}, ${gz}] does not fit on the grid ${size.join("x")}`,
    );
    f[2 * i]! += re;
    if (i === j) continue; // G = 0
    f[2 * i + 1]! += im;
    f[2 * j]! += re;
    f[2 * j + 1]! -= im;
  }
  return grid.toReal(f);
}

/** Whether |G| is within reach; the 1e-9 includes the surface despite rounding of the lattice. */
const isReached = (normG2: number, ecut: number): boolean => normG2 <= 8 * ecut * (1 + 1e-9);

/** Tells whether the last nonzero component is positive. */
export const isUpper = ([x, y, z]: Vec3): boolean => (z !== 0 ? z > 0 : y !== 0 ? y > 0 : x > 0);

function normG2Of({ reciprocal }: Lattice, g: Vec3): number {
  const cart = rowsVec(reciprocal, g);
  return dot(cart, cart);
}
