import { forEachInBall } from "../basis/ball.ts";
import type { Grid } from "../basis/grid.ts";
import type { Vec3 } from "../common/vec3.ts";
import type { ReadonlyRealField } from "../kernels/fields.ts";
import type { Model } from "../model/model.ts";
import { coreShape } from "../model/pseudopotential-formulas.ts";
import { shapeRadius, shapeSlopeAt } from "../model/radial-shape.ts";

/**
 * Force on the atoms through the cores that exchange and correlation see, Cartesian [Ha/bohr], one per atom.
 *
 *   ∂E_xc/∂ρ_core(r) = V(r) = (V↑ + V↓)/2,   F_a = −∂E_xc/∂R_a = dvol Σ_r V(r) ρ_a'(d) (r − R_a)/d,   d = |r − R_a|
 *
 * The exact derivative of the energy of `exchangeCorrelation` with `coreDensity` on this grid.
 *
 * @param potential V_xc at the density of valence and core [Ha], shape [nSpin·N].
 */
export function coreForces(
  { species, atoms, nSpin }: Model,
  grid: Grid,
  potential: ReadonlyRealField,
): Vec3[] {
  const { points, dvol } = grid;
  return atoms.map(({ species: kind, position }) => {
    const shape = coreShape(species[kind]!.pseudopotential);
    const force: [number, number, number] = [0, 0, 0];
    if (shape === null) return force;
    forEachInBall(grid, position, shapeRadius(shape), (point, x, y, z, distance) => {
      if (distance === 0) return; // the slope is 0 there
      const v = nSpin === 1 ? potential[point]! : (potential[point]! + potential[points + point]!) / 2;
      const pull = (dvol * v * shapeSlopeAt(shape, distance)) / distance;
      force[0] += pull * x;
      force[1] += pull * y;
      force[2] += pull * z;
    });
    return force;
  });
}
