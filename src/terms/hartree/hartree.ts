import type { Grid } from "../../basis/grid.ts";
import type { DensityTerm } from "../term.ts";
import { pairInteraction } from "./pair-interaction.ts";

/**
 * Hartree energy of a periodic charge in a neutralising background.
 *
 *   V(G) = 4π ρ(G)/|G|² for G ≠ 0,   V(0) = 0;      E = ½ ∫ V ρ,   ρ = ρ↑ + ρ↓
 *   σ = −1 E/Ω + 4π Σ_G |ρ(G)|² G Gᵀ/|G|⁴
 *
 * In one dimension charges are sheets, in two dimensions rods, uniform along the missing axes.
 *
 * @example
 * ```ts
 * import { defineModel, externalPotential, groundState, hartree } from "stillwave";
 *
 * const model = await defineModel({
 *   cell: [[10]],
 *   width: 4,
 *   ecut: 8,
 *   particles: 2,
 *   perLevel: 2,
 *   terms: (grid) => [externalPotential(grid, ([x]) => 0.1 * (x - 5) ** 2), hartree(grid, 1)],
 * });
 * console.log((await groundState(model)).energies.hartree);
 * ```
 */
export const hartree = (grid: Grid, nSpin: 1 | 2): DensityTerm => ({
  // V(0) = 0: the background cancels the mean charge.
  ...pairInteraction(grid, nSpin, (g2) => (g2 > 0 ? (4 * Math.PI) / g2 : 0), {
    name: "hartree",
    slope: (g2) => (-4 * Math.PI) / (g2 * g2),
  }),
  isCoulomb: true,
  isInvariant: true,
});
