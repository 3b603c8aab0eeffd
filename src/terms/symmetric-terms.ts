import type { Grid } from "../basis/grid.ts";
import type { PlaneWaveBasis } from "../basis/plane-wave-basis.ts";
import { InputError } from "../common/failure.ts";
import { norm } from "../common/vec3.ts";
import {
  newRealField,
  type ReadonlyRealField,
  type RealField,
  spinComponent,
  sumReal,
} from "../kernels/fields.ts";
import { totalPotential } from "./sums.ts";
import type { Term } from "./term.ts";

/**
 * Distance from its mean over the space group up to which a potential counts as invariant [Ha]. It
 * changes energies in second order, below 10⁻¹¹ Ha; rounding is 10⁻¹³ Ha.
 */
const INVARIANT = 1e-6;

/**
 * Checks that the terms have the symmetry of a basis: their potential at an invariant density is
 * invariant. Fewer k-points, averaged densities and real orbitals about a centre of inversion are
 * right for such terms alone. Operators are not looked at, nor terms that say so of themselves:
 * where a grid is coarse, gradients near its resolution have less symmetry than the crystal.
 *
 * Compared are waves that products of two orbitals have; those in the corners of the cube are not
 * invariant under rotations, and no orbital sees them. The terms are evaluated halfway to the
 * uniform density, which is invariant as well: in nearly empty space generalised gradients make
 * much of rounding.
 *
 * @param rho invariant density [bohr⁻³], shape [nSpin·N].
 * @throws InputError if they or ρ have not, with the name of the term that is farthest from it.
 */
export function requireSymmetric(
  terms: readonly Term[],
  basis: Pick<PlaneWaveBasis, "grid" | "ecut" | "operations" | "symmetrize">,
  rho: ReadonlyRealField,
): void {
  const count = basis.operations.length;
  const open = terms.filter(({ evaluate, isInvariant }) => evaluate !== undefined && isInvariant !== true);
  if (count === 1) return;
  const unequal = unevennessOf(rho, basis);
  if (unequal > INVARIANT)
    throw new InputError(
      `symmetry: must be false for a density without the symmetry of the crystal, got one that differs by ${unequal.toExponential(1)} bohr⁻³ from its mean over the ${count} operations`,
    );
  if (open.length === 0) return;
  const smooth = halfwayToUniform(rho, basis.grid.points);
  const unevenness = (some: readonly Term[]) => unevennessOf(totalPotential(some, smooth), basis);
  const ofAll = unevenness(open);
  if (!(ofAll > INVARIANT)) return; // what is no number is told of by the energies
  const each = open.map((term) => ({ name: term.name, uneven: unevenness([term]) }));
  const worst = each.reduce((most, term) => (term.uneven > most.uneven ? term : most));
  throw new InputError(
    `symmetry: must be false for a term without the symmetry of the crystal, got ${worst.name}, whose potential differs by ${worst.uneven.toExponential(1)} Ha from its mean over the ${count} operations`,
  );
}

/** Returns (ρ + ρ̄)/2, the mean taken for each spin. */
function halfwayToUniform(rho: ReadonlyRealField, points: number): RealField {
  const out = newRealField(rho.length);
  for (let at = 0; at < rho.length; at += points) {
    const mean = sumReal(spinComponent(rho, at / points, points)) / points;
    for (let r = at; r < at + points; r++) out[r] = (rho[r]! + mean) / 2;
  }
  return out;
}

/** Returns max |V − mean of V over the group| of the waves that products of orbitals have. */
function unevennessOf(
  potential: ReadonlyRealField,
  { grid, ecut, symmetrize }: Pick<PlaneWaveBasis, "grid" | "ecut" | "symmetrize">,
): number {
  const seen = newRealField(potential.length);
  // Slightly less, so that no rounding of |G|² divides the waves of one star.
  const limit = (1 - 1e-9) * Math.min(8 * ecut, largestBall(grid));
  for (let spin = 0; spin * grid.points < seen.length; spin++) {
    const waves = grid.toFourier(spinComponent(potential, spin, grid.points));
    grid.normG2.forEach((g2, g) => {
      if (g2 > limit) waves.fill(0, 2 * g, 2 * g + 2);
    });
    grid.inverse(spinComponent(seen, spin, grid.points), waves);
  }
  const mean = seen.slice() as RealField;
  symmetrize(mean);
  return seen.reduce((most, v, r) => Math.max(most, Math.abs(v - mean[r]!)), 0);
}

/** Returns the square of a radius within which all waves lie inside the cube [bohr⁻²]. */
const largestBall = ({ lattice, size }: Pick<Grid, "lattice" | "size">): number =>
  // |gᵢ| ≤ |G| |aᵢ|/2π
  Math.min(
    ...size.map((n, i) =>
      n === 1 ? Number.POSITIVE_INFINITY : ((Math.PI * n) / norm(lattice.vectors[i]!)) ** 2,
    ),
  );
