import type { Grid } from "../basis/grid.ts";
import { requireInput } from "../common/failure.ts";
import { add, type Mat3, matVec, norm, rowsVec, scale, sub, type Vec3 } from "../common/vec3.ts";
import type { ReadonlyRealField } from "../kernels/fields.ts";
import type { Lattice } from "../model/lattice.ts";
import type { Model } from "../model/model.ts";
import { localFormFactor, phaseTables } from "../terms/local.ts";

/**
 * Force of a fixed density on the atoms through the local pseudopotentials, Cartesian [Ha/bohr], one per atom.
 * By Hellmann and Feynman nothing else of the density's dependence on the positions counts at self-consistency.
 *
 *   E_local = Σ_{G≠0} Re[ρ(G)* v_a(|G|) e^{−iG·R_a}]  summed over atoms a
 *   F_a = −∂E_local/∂R_a = −Σ_{G≠0} G v_a(|G|) Im[ρ(G)* e^{−iG·R_a}]
 *
 * It is the exact derivative of the energy of `localTerm` on this grid.
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

/** Σ_G g Im[f(G)* e^{−iG·R}] with the reduced g, for coefficients f on the cube. */
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
      const [gy, gz] = [gVectors[3 * at + 1]!, gVectors[3 * at + 2]!];
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

/** x → W x + w in fractional coordinates, mapping the crystal onto itself. */
interface Operation {
  readonly rotation: Mat3;
  readonly translation: Vec3;
}

/**
 * Mean of the forces over a space group: a sum over irreducible k-points gives forces that lack its symmetry.
 *
 *   F_b = (1/n) Σ_{W,w} W F_a,  W R_a + w = R_b modulo lattice vectors
 *
 * @param operations a group; fewer than two change nothing.
 * @throws InputError if an operation does not map the atoms onto each other within 10⁻³ bohr.
 */
export function symmetrizeForces(
  forces: readonly Vec3[],
  model: Pick<Model, "lattice" | "atoms">,
  operations: readonly Operation[],
): Vec3[] {
  if (operations.length < 2) return [...forces];
  const { lattice } = model;
  const out: Vec3[] = forces.map(() => [0, 0, 0]);
  // Components along the lattice vectors, which W acts on: F = Σ_i f_i a_i, f_i = F·b_i/2π.
  const reduced = forces.map((f) => scale(1 / (2 * Math.PI), matVec(lattice.reciprocal, f)));
  for (const operation of operations) {
    forces.forEach((_, a) => {
      const b = imageOf(model, operation, a);
      out[b] = add(out[b]!, matVec(operation.rotation, reduced[a]!));
    });
  }
  return out.map((f) => scale(1 / operations.length, rowsVec(lattice.vectors, f)));
}

/** The atom that atom a is mapped to. */
function imageOf(
  { lattice, atoms }: { readonly lattice: Lattice; readonly atoms: Model["atoms"] },
  { rotation, translation }: Operation,
  a: number,
): number {
  const image = add(matVec(rotation, atoms[a]!.position), translation);
  const found = atoms.findIndex(({ species, position }) => {
    const d = sub(position, image);
    const near: Vec3 = [d[0] - Math.round(d[0]), d[1] - Math.round(d[1]), d[2] - Math.round(d[2])];
    return species === atoms[a]!.species && norm(rowsVec(lattice.vectors, near)) < 1e-3;
  });
  requireInput(
    found >= 0,
    () =>
      `symmetrizeForces: operations must map atoms onto atoms, got W = ${JSON.stringify(rotation)}, ` +
      `w = ${JSON.stringify(translation)}, which takes atom ${a} to ${JSON.stringify(image)}; find the symmetry of these positions`,
  );
  return found;
}
