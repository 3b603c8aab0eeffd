import { frequency, type Grid } from "../../basis/grid.ts";
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
  grid.kernels.scratch((take) => {
    const weighted = take(2 * points);
    model.species.forEach(({ pseudopotential }, species) => {
      const mine = [...model.atoms.keys()].filter((a) => model.atoms[a]!.species === species);
      if (mine.length === 0) return;
      const formFactor = localFormFactor(pseudopotential, grid);
      for (let g = 0; g < points; g++) {
        weighted[2 * g] = formFactor[g]! * rhoG[2 * g]!;
        weighted[2 * g + 1] = formFactor[g]! * rhoG[2 * g + 1]!;
      }
      for (let from = 0; from < mine.length; from += ATOMS) {
        const some = mine.slice(from, from + ATOMS);
        const positions = some.map((a) => model.atoms[a]!.position);
        gradientSums(weighted, grid, positions).forEach((sum, i) => {
          forces[some[i]!] = scale(-1, rowsVec(lattice.reciprocal, sum));
        });
      }
    });
  });
  return forces;
}

/** Atoms treated together; what they have at the rows of the cube is the only large temporary. */
const ATOMS = 16;

/**
 * Returns Σ_G g Im[f(G)* e^{−iG·R}] with the reduced g, for coefficients f on the cube, in the
 * memory of the kernels. Sums along x are a product of matrices: rows by x, and x by atoms.
 */
function gradientSums(f: Float64Array, grid: Grid, positions: readonly Vec3[]): Vec3[] {
  const [nx, ny, nz] = grid.size;
  const rows = ny * nz;
  const count = positions.length;
  return grid.kernels.scratch((take) => {
    /** e^{−iG·R} along x, and the same times g. */
    const ofX = take(2 * nx * 2 * count);
    const sums = take(2 * rows * 2 * count);
    const tables = positions.map((position) => phaseTables(grid, position));
    tables.forEach(([ex], a) => {
      ofX.set(ex, 2 * nx * a);
      for (let i = 0; i < 2 * nx; i++) ofX[2 * nx * (count + a) + i] = frequency(i >> 1, nx) * ex[i]!;
    });
    grid.kernels.gemm("C", "N", rows, 2 * count, nx, 1, f, nx, ofX, nx, 0, sums, rows);
    return tables.map(([, ey, ez], a) => {
      const [plain, timesG] = [2 * rows * a, 2 * rows * (count + a)];
      let [sx, sy, sz] = [0, 0, 0];
      for (let z = 0, row = 0; z < nz; z++)
        for (let y = 0; y < ny; y++, row += 2) {
          const re = ez[2 * z]! * ey[2 * y]! - ez[2 * z + 1]! * ey[2 * y + 1]!;
          const im = ez[2 * z]! * ey[2 * y + 1]! + ez[2 * z + 1]! * ey[2 * y]!;
          const along = sums[plain + row]! * im + sums[plain + row + 1]! * re;
          sx += sums[timesG + row]! * im + sums[timesG + row + 1]! * re;
          sy += frequency(y, ny) * along;
          sz += frequency(z, nz) * along;
        }
      return [sx, sy, sz] as const;
    });
  });
}
