import type { Pseudopotential } from "../../atoms/pseudopotential.ts";
import { localFourier } from "../../atoms/pseudopotential-formulas.ts";
import { frequency, type Grid } from "../../basis/grid.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { newFourierField, type RealField } from "../../kernels/fields.ts";
import type { Model } from "../../model/model.ts";

/** Returns Σ_atoms e^{−iG·R} of one species on the cube of G-vectors; null if it has no atoms. */
export function structureFactorOf({ atoms }: Model, grid: Grid, species: number): Float64Array | null {
  const mine = atoms.filter((atom) => atom.species === species);
  if (mine.length === 0) return null;
  const [nx, ny, nz] = grid.size;
  // A product of matrices: x by atoms, and atoms by y and z.
  return grid.kernels.scratch((take) => {
    const ofX = take(2 * nx * mine.length);
    const ofYz = take(2 * mine.length * ny * nz);
    const out = take(2 * grid.points);
    mine.forEach(({ position }, a) => {
      const [ex, ey, ez] = phaseTables(grid, position);
      ofX.set(ex, 2 * nx * a);
      for (let z = 0; z < nz; z++)
        for (let y = 0; y < ny; y++) {
          const at = 2 * (a + mine.length * (y + ny * z));
          ofYz[at] = ez[2 * z]! * ey[2 * y]! - ez[2 * z + 1]! * ey[2 * y + 1]!;
          ofYz[at + 1] = ez[2 * z]! * ey[2 * y + 1]! + ez[2 * z + 1]! * ey[2 * y]!;
        }
    });
    const count = mine.length;
    grid.kernels.gemm("N", "N", nx, ny * nz, count, 1, ofX, nx, ofYz, count, 0, out, nx);
    return out.slice();
  });
}

/**
 * Returns the local potential of all atoms [Ha], shape [N].
 *
 *   V(r) = Re Σ_{G≠0} V(G) e^{iG·r},   V(G) = (1/Ω) Σ_species v_loc(|G|) Σ_atoms e^{−iG·R}
 *
 * G = 0 is left out: its Coulomb part cancels with Hartree and Ewald, the rest is the term
 * pspCorrection.
 */
export function localPotential(model: Model, grid: Grid): RealField {
  const { points, lattice } = grid;
  const coefficients = newFourierField(points);
  model.species.forEach(({ pseudopotential }, species) => {
    const structureFactor = structureFactorOf(model, grid, species);
    if (structureFactor === null) return;
    const formFactor = localFormFactor(pseudopotential, grid);
    for (let g = 0; g < points; g++) {
      coefficients[2 * g]! += (formFactor[g]! * structureFactor[2 * g]!) / lattice.volume;
      coefficients[2 * g + 1]! += (formFactor[g]! * structureFactor[2 * g + 1]!) / lattice.volume;
    }
  });
  return grid.toReal(coefficients);
}

/** Returns v_loc(|G|) of one atom [Ha·bohr³] on the cube of G-vectors, shape [N]; 0 at G = 0. */
export function localFormFactor(p: Pseudopotential, { points, normG2 }: Grid): Float64Array {
  const out = new Float64Array(points);
  for (let g = 1; g < points; g++) out[g] = localFourier(p, Math.sqrt(normG2[g]!));
  return out;
}

/**
 * Returns e^{−2πi g·position} for every frequency g of each axis in FFT order, interleaved.
 * e^{−iG·R} is the product of three entries, without a sine per G.
 */
export const phaseTables = ({ size }: Grid, position: Vec3): [Float64Array, Float64Array, Float64Array] => {
  const axis = (n: number, x: number) => {
    const out = new Float64Array(2 * n);
    for (let i = 0; i < n; i++) {
      const angle = -2 * Math.PI * frequency(i, n) * x;
      out[2 * i] = Math.cos(angle);
      out[2 * i + 1] = Math.sin(angle);
    }
    return out;
  };
  return [axis(size[0], position[0]), axis(size[1], position[1]), axis(size[2], position[2])];
};

/** out(G) ← out(G) + e^{−iG·R} on the cube of G-vectors, R in fractional coordinates. */
export function addStructureFactor(out: Float64Array, grid: Grid, position: Vec3): void {
  const [nx, ny, nz] = grid.size;
  const [ex, ey, ez] = phaseTables(grid, position);
  let at = 0;
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      const re = ez[2 * z]! * ey[2 * y]! - ez[2 * z + 1]! * ey[2 * y + 1]!;
      const im = ez[2 * z]! * ey[2 * y + 1]! + ez[2 * z + 1]! * ey[2 * y]!;
      for (let x = 0; x < nx; x++, at += 2) {
        out[at]! += re * ex[2 * x]! - im * ex[2 * x + 1]!;
        out[at + 1]! += re * ex[2 * x + 1]! + im * ex[2 * x]!;
      }
    }
}
