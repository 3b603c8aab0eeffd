import type { Grid } from "../../basis/grid.ts";
import { planeAverage } from "../../basis/plane-average.ts";
import { mapVec, norm, type Vec3 } from "../../common/vec3.ts";
import type { ReadonlyRealField, RealField } from "../../kernels/fields.ts";
import { planeSpacings, widestGaps } from "../../model/lattice.ts";
import type { Model } from "../../model/model.ts";

/** A plane in the vacuum beside a slab, at which the potential may jump. */
export interface DipoleLayer {
  /** Lattice vector out of the slab. */
  readonly axis: 0 | 1 | 2;
  /** Fractional coordinate of the plane. */
  readonly position: number;
  /** Unit vector across the planes of the slab, Cartesian. */
  readonly normal: Vec3;
  /** Returns u at a fractional coordinate [bohr]. */
  height(s: number): number;
  /** u on the planes of the grid [bohr], [n_axis]. */
  readonly heights: Float64Array;
  /** out ← out + factor u for every spin, shape [nSpin·N]. */
  addTo(out: RealField, factor: number): void;
  /**
   * Returns p of the cores and a density along the normal [bohr], per cell.
   *
   * @param rho [bohr⁻³], shape [nSpin·N].
   */
  moment(rho: ReadonlyRealField): number;
  /** Returns ∫ ρ u of a density or of its change [bohr], both spins together. */
  electrons(rho: ReadonlyRealField): number;
}

/** Planes of the grid this near to the jump, in units of the cell, lie on it. */
const ON_IT = 1e-9;

/**
 * Places a dipole layer in the middle of the widest gap between atoms, and measures heights from
 * halfway between it and its next image:
 *
 *   u(s) = L (s − s₀ − ½) for s₀ < s < s₀ + 1,   u(s₀) = 0,   p = Σ_a Z_a u(s_a) − ∫ ρ u
 *
 * L is the spacing of images across planes. Where there is no density at the jump, p of a neutral
 * cell does not depend on s₀.
 */
export function dipoleLayer(model: Model, grid: Grid, axis: 0 | 1 | 2): DipoleLayer {
  const { lattice, atoms, species } = model;
  const spacing = planeSpacings(lattice)[axis];
  const position = widestGaps(lattice, atoms)[axis].middle;
  const height = (s: number): number => {
    const above = s - position - Math.floor(s - position);
    return above < ON_IT || above > 1 - ON_IT ? 0 : spacing * (above - 0.5);
  };
  const count = grid.size[axis];
  const stride = [1, grid.size[0], grid.size[0] * grid.size[1]][axis]!;
  const heights = Float64Array.from({ length: count }, (_, i) => height(i / count));
  const cores = atoms.reduce(
    (sum, atom) => sum + species[atom.species]!.pseudopotential.charge * height(atom.position[axis]),
    0,
  );
  const reciprocal = lattice.reciprocal[axis];
  const electrons = (rho: ReadonlyRealField): number => {
    const mean = planeAverage(grid, rho, axis);
    return (lattice.volume / count) * mean.reduce((sum, density, i) => sum + density * heights[i]!, 0);
  };
  return {
    axis,
    position,
    normal: mapVec(reciprocal, (x) => x / norm(reciprocal)),
    height,
    heights,
    addTo: (out, factor) => {
      // stretches of `stride` points lie in one plane; the planes repeat, from spin to spin too
      for (let start = 0; start < out.length; start += stride) {
        const added = factor * heights[(start / stride) % count]!;
        for (let r = start; r < start + stride; r++) out[r]! += added;
      }
    },
    moment: (rho) => cores - electrons(rho),
    electrons,
  };
}
