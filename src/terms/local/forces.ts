import type { Grid } from "../../basis/grid.ts";
import { rowsVec, scale, type Vec3 } from "../../common/vec3.ts";
import type { ReadonlyRealField } from "../../kernels/fields.ts";
import type { Model } from "../../model/model.ts";
import { localFormFactor, phaseTables } from "./potential.ts";

/**
 * Returns the Hellmann-Feynman force of a density on the atoms through the local pseudopotentials,
 * Cartesian [Ha/bohr], one per atom, the exact derivative of the energy of `localTerm` on this
 * grid.
 *
 *   E_local = Σ_{G≠0} Re[ρ(G)* v_a(|G|) e^{−iG·R_a}]  summed over atoms a
 *   F_a = −∂E_local/∂R_a = −Σ_{G≠0} G v_a(|G|) Im[ρ(G)* e^{−iG·R_a}]
 *
 * @param rho total density [bohr⁻³], shape [N] (both spins added).
 */
export function localForces(model: Model, grid: Grid, rho: ReadonlyRealField): Vec3[] {
  const { points, lattice } = grid;
  const rhoG = grid.toFourier(rho);
  const forces: Vec3[] = model.atoms.map(() => [0, 0, 0]);
  const weighted = new Float64Array(2 * points);
  model.species.forEach(({ pseudopotential }, species) => {
    if (!model.atoms.some((atom) => atom.species === species)) return;
    const formFactor = localFormFactor(pseudopotential, grid);
    for (let g = 0; g < points; g++) {
      weighted[2 * g] = formFactor[g]! * rhoG[2 * g]!;
      weighted[2 * g + 1] = formFactor[g]! * rhoG[2 * g + 1]!;
    }
    model.atoms.forEach((atom, a) => {
      if (atom.species === species)
        forces[a] = scale(-1, rowsVec(lattice.reciprocal, gradientSum(weighted, grid, atom.position)));
    });
  });
  return forces;
}

/** Returns Σ_G g Im[f(G)* e^{−iG·R}] with the reduced g, for coefficients f on the cube. */
function gradientSum(f: Float64Array, grid: Grid, position: Vec3): Vec3 {
  const { size, gVectors } = grid;
  const [nx, ny, nz] = size;
  const [ex, ey, ez] = phaseTables(grid, position);
  const sum: [number, number, number] = [0, 0, 0];
  let at = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      const re = ez[2 * z]! * ey[2 * y]! - ez[2 * z + 1]! * ey[2 * y + 1]!;
      const im = ez[2 * z]! * ey[2 * y + 1]! + ez[2 * z + 1]! * ey[2 * y]!;
      const gy = gVectors[3 * at + 1]!;
      const gz = gVectors[3 * at + 2]!;
      let row = 0;
      for (let x = 0; x < nx; x++, at++) {
        const phaseRe = re * ex[2 * x]! - im * ex[2 * x + 1]!;
        const phaseIm = re * ex[2 * x + 1]! + im * ex[2 * x]!;
        const value = f[2 * at]! * phaseIm - f[2 * at + 1]! * phaseRe;
        row += value;
        sum[0] += gVectors[3 * at]! * value;
      }
      sum[1] += gy * row;
      sum[2] += gz * row;
    }
  return sum;
}
