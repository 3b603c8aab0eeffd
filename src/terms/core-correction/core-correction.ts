import { coreShape } from "../../atoms/pseudopotential-formulas.ts";
import { shapeRadius, shapeSlopeAt } from "../../atoms/radial/radial-shape.ts";
import { forEachInBall } from "../../basis/ball.ts";
import type { Grid } from "../../basis/grid.ts";
import { addShape } from "../../basis/shape-sums.ts";
import { addOuter, newTensor, toMatrix } from "../../common/tensor.ts";
import type { Mat3, Vec3 } from "../../common/vec3.ts";
import { newRealField, type ReadonlyRealField, type RealField } from "../../kernels/fields.ts";
import type { Model } from "../../model/model.ts";

/**
 * Returns the core density for the nonlinear core correction [LFC82], [bohr⁻³], shape [N]; null if
 * no atom has a core.
 *
 *   ρ_core(r) = Σ_atoms Σ_images ρ_a(|r − R|)
 *
 * summed at the grid points. A truncated Fourier series would oscillate below zero in a vacuum,
 * where gradient functionals are most sensitive: for water in a box with PBE at 20 Ha it is wrong
 * by 1 mHa per atom, this sum by 0.01 mHa.
 */
export function coreDensity({ species, atoms }: Model, grid: Grid): RealField | null {
  const shapes = species.map(({ pseudopotential }) => coreShape(pseudopotential));
  if (atoms.every((atom) => shapes[atom.species] === null)) return null;
  const out = newRealField(grid.points);
  for (const { species: kind, position } of atoms) {
    const shape = shapes[kind];
    if (shape) addShape(out, grid, position, shape);
  }
  return out;
}

/** Core density of a model with its force and stress. */
export interface CoreCorrection {
  /** ρ_core [bohr⁻³], shape [N]. */
  readonly density: ReadonlyRealField;
  /**
   * Returns the force on every atom through its core, Cartesian [Ha/bohr].
   *
   * @param potential V_xc of valence and core [Ha], shape [nSpin·N].
   */
  forces(potential: ReadonlyRealField): Vec3[];
  /** Returns the stress from grid points moving relative to the cores [Ha/bohr³]. */
  stress(potential: ReadonlyRealField): Mat3;
}

/** Makes the core correction of a model; null if no atom has a core. */
export function coreCorrection(model: Model, grid: Grid): CoreCorrection | null {
  const density = coreDensity(model, grid);
  return (
    density && {
      density,
      forces: (potential) => coreForces(model, grid, potential),
      stress: (potential) => coreStress(model, grid, potential),
    }
  );
}

/** Returns ρ_s + ρ_core/n_spin, the argument of E_xc, shape [nSpin·N]; ρ itself without a core. */
export function withCore(
  rho: ReadonlyRealField,
  core: ReadonlyRealField | null,
  nSpin: 1 | 2,
): ReadonlyRealField {
  if (core === null) return rho;
  const out = newRealField(rho.length);
  const points = core.length;
  for (let i = 0; i < rho.length; i++) out[i] = rho[i]! + core[i % points]! / nSpin;
  return out;
}

/**
 * Returns the stress from grid points moving relative to the cores, to be added to that of
 * `exchangeCorrelation`:
 *
 *   σ = (1/N) Σ_r V(r) Σ_atoms ρ_a'(d) d dᵀ/|d|,   d = r − R,   V = (V↑ + V↓)/2
 *
 * @param potential V_xc of valence and core [Ha], shape [nSpin·N].
 */
function coreStress({ species, atoms, nSpin }: Model, grid: Grid, potential: ReadonlyRealField): Mat3 {
  const { points } = grid;
  const out = newTensor();
  for (const { species: kind, position } of atoms) {
    const shape = coreShape(species[kind]!.pseudopotential);
    if (shape === null) continue;
    forEachInBall(grid, position, shapeRadius(shape), (point, x, y, z, distance) => {
      if (distance === 0) return;
      const v = nSpin === 1 ? potential[point]! : (potential[point]! + potential[points + point]!) / 2;
      addOuter(out, (v * shapeSlopeAt(shape, distance)) / distance, x, y, z);
    });
  }
  return toMatrix(out, 1 / points);
}

/**
 * Returns the force on every atom through its core, Cartesian [Ha/bohr], the exact derivative of
 * the energy of `exchangeCorrelation` on this grid:
 *
 *   ∂E_xc/∂ρ_core(r) = V(r) = (V↑ + V↓)/2,   d = |r − R_a|
 *   F_a = −∂E_xc/∂R_a = dvol Σ_r V(r) ρ_a'(d) (r − R_a)/d
 *
 * @param potential V_xc of valence and core [Ha], shape [nSpin·N].
 */
function coreForces({ species, atoms, nSpin }: Model, grid: Grid, potential: ReadonlyRealField): Vec3[] {
  const { points, dvol } = grid;
  return atoms.map(({ species: kind, position }) => {
    const shape = coreShape(species[kind]!.pseudopotential);
    const force: [number, number, number] = [0, 0, 0];
    if (shape === null) return force;
    forEachInBall(grid, position, shapeRadius(shape), (point, x, y, z, distance) => {
      if (distance === 0) return; // the slope is 0
      const v = nSpin === 1 ? potential[point]! : (potential[point]! + potential[points + point]!) / 2;
      const pull = (dvol * v * shapeSlopeAt(shape, distance)) / distance;
      force[0] += pull * x;
      force[1] += pull * y;
      force[2] += pull * z;
    });
    return force;
  });
}
