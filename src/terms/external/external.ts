import type { Grid } from "../../basis/grid.ts";
import { requireInput } from "../../common/failure.ts";
import { dot, rowsVec, type Vec3 } from "../../common/vec3.ts";
import {
  dotReal,
  newFourierField,
  newRealField,
  type ReadonlyRealField,
  type RealField,
  spinComponent,
} from "../../kernels/fields.ts";
import type { DensityTerm } from "../term.ts";

/**
 * Energy of the density in a potential that does not depend on it, the same for both spins.
 *
 *   E = ∫ V (ρ↑ + ρ↓),   δE/δρ_s = V
 *
 * @param potential V [Ha], shape [N]; kept, so it must not change afterwards.
 */
export function fixedPotential(
  name: string,
  { points, dvol }: Grid,
  potential: ReadonlyRealField,
): DensityTerm {
  return {
    name,
    isLinear: true,
    evaluate(rho) {
      let energy = 0;
      for (let at = 0; at < rho.length; at += points)
        energy += dotReal(potential, spinComponent(rho, at / points, points));
      return {
        energy: dvol * energy,
        get potential() {
          const out = newRealField(rho.length);
          for (let at = 0; at < out.length; at += points) out.set(potential, at);
          return out;
        },
      };
    },
  };
}

/**
 * Makes a term of a potential given as a formula, added to that of the atoms: fields, wells, model
 * systems.
 *
 * @param potential V(r) [Ha] at the Cartesian point r [bohr] of the cell, fractional coordinates in
 *   [0, 1). It should be periodic; its values on the grid count.
 * @throws InputError if a value is not a finite number.
 *
 * @example
 * ```ts
 * import { defineModel, externalPotential, lowestLevels } from "stillwave";
 *
 * const model = await defineModel({
 *   cell: [[8]],
 *   ecut: 10,
 *   terms: (grid) => [externalPotential(grid, ([x]) => -Math.cos((2 * Math.PI * x) / 8))],
 * });
 * console.log(await lowestLevels(model, 2));
 * ```
 */
export function externalPotential(grid: Grid, potential: (r: Vec3) => number): DensityTerm {
  return fixedPotential("external", grid, sample(grid, potential));
}

function sample(grid: Grid, f: (r: Vec3) => number): RealField {
  const out = newRealField(grid.points);
  forEachPoint(grid, (r, at) => {
    const value = f(r);
    requireInput(
      Number.isFinite(value),
      () => `externalPotential: V(r) must be a finite number of Ha, got ${value} at r = [${r}] bohr`,
    );
    out[at] = value;
  });
  return out;
}

/** Visits all grid points in order, with Cartesian coordinates [bohr] and flat index. */
export function forEachPoint(
  { size: [nx, ny, nz], lattice }: Grid,
  visit: (r: Vec3, index: number) => void,
): void {
  let at = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++) visit(rowsVec(lattice.vectors, [x / nx, y / ny, z / nz]), at++);
}

/**
 * Makes a term of a potential given by its Fourier transform, exact for every plane wave of the
 * cube however sharp the potential is in space:
 *
 *   V(r) = (1/Ω) Re Σ_G v(G) e^{iG·(r − centre)}
 *
 * @param transform v(G) [Ha·bohr³] at the Cartesian G [bohr⁻¹], real: the potential is even about
 *   `centre` [bohr].
 * @throws InputError if a value is not a finite number.
 *
 * @example
 * ```ts
 * import { defineModel, externalFromFourier, lowestLevels } from "stillwave";
 *
 * // a Gaussian charge at the origin of every cell, attractive
 * const model = await defineModel({
 *   cell: [[6, 0, 0], [0, 6, 0], [0, 0, 6]],
 *   ecut: 4,
 *   terms: (grid) => [
 *     externalFromFourier(grid, ([x, y, z]) => {
 *       const g2 = x * x + y * y + z * z;
 *       return g2 === 0 ? 0 : (-4 * Math.PI * Math.exp(-g2 / 4)) / g2;
 *     }),
 *   ],
 * });
 * console.log(await lowestLevels(model, 1));
 * ```
 */
export function externalFromFourier(
  grid: Grid,
  transform: (g: Vec3) => number,
  centre: Vec3 = [0, 0, 0],
): DensityTerm {
  const { points, gVectors, lattice } = grid;
  const coefficients = newFourierField(points);
  for (let i = 0; i < points; i++) {
    const g = rowsVec(lattice.reciprocal, [gVectors[3 * i]!, gVectors[3 * i + 1]!, gVectors[3 * i + 2]!]);
    const value = transform(g) / lattice.volume;
    requireInput(
      Number.isFinite(value),
      () =>
        `externalFromFourier: v(G) must be a finite number, got ${value * lattice.volume} at G = [${g}] bohr⁻¹`,
    );
    const phase = dot(g, centre);
    coefficients[2 * i] = value * Math.cos(phase);
    coefficients[2 * i + 1] = -value * Math.sin(phase);
  }
  return fixedPotential("external", grid, grid.toReal(coefficients));
}
