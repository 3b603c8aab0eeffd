import type { Grid } from "../basis/grid.ts";
import { requireInput } from "../common/failure.ts";
import { rowsVec, type Vec3 } from "../common/vec3.ts";
import { newRealField, type ReadonlyRealField, type RealField } from "../kernels/fields.ts";
import type { DensityTerm, EnergyName } from "./term.ts";

/**
 * Energy of the density in a potential that does not depend on it, the same for both spins.
 *
 *   E = ∫ V (ρ↑ + ρ↓),   δE/δρ_s = V
 *
 * @param potential V [Ha], shape [N]; kept, so it must not change afterwards.
 */
export function fixedPotential(name: EnergyName, grid: Grid, potential: ReadonlyRealField): DensityTerm {
  const { points, dvol } = grid;
  return {
    name,
    evaluate(rho) {
      const out = newRealField(rho.length);
      let sum = 0;
      for (let i = 0, r = 0; i < rho.length; i++, r = r + 1 === points ? 0 : r + 1) {
        out[i] = potential[r]!;
        sum += potential[r]! * rho[i]!;
      }
      return { energy: dvol * sum, potential: out };
    },
  };
}

/**
 * A potential given as a formula, added to that of the atoms: fields, wells, model systems.
 *
 * @param potential V(r) [Ha] at the Cartesian point r [bohr] of the cell, fractional coordinates in [0, 1);
 *   it should continue periodically, and only its values on the grid count.
 * @throws InputError if a value is not a finite number.
 */
export function externalPotential(grid: Grid, potential: (r: Vec3) => number): DensityTerm {
  return fixedPotential("external", grid, sample(grid, potential));
}

function sample({ size: [nx, ny, nz], points, lattice }: Grid, f: (r: Vec3) => number): RealField {
  const out = newRealField(points);
  let at = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++, at++) {
        const r = rowsVec(lattice.vectors, [x / nx, y / ny, z / nz]);
        const value = f(r);
        requireInput(
          Number.isFinite(value),
          () => `externalPotential: V(r) must be a finite number of Ha, got ${value} at r = [${r}] bohr`,
        );
        out[at] = value;
      }
  return out;
}
