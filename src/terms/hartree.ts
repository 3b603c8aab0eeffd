import { cartesianG, type Grid } from "../basis/grid.ts";
import { addIdentity, addOuter, newTensor, toMatrix } from "../common/tensor.ts";
import type { Mat3 } from "../common/vec3.ts";
import { type ReadonlyRealField, sumOverSpins } from "../kernels/fields.ts";
import { pairInteraction } from "./pair-interaction.ts";
import type { DensityTerm } from "./term.ts";

/**
 * Hartree energy of a periodic charge in a neutralising background.
 *
 *   V(G) = 4π ρ(G)/|G|² for G ≠ 0,   V(0) = 0;      E = ½ ∫ V ρ,   ρ = ρ↑ + ρ↓
 *   σ = −1 E/Ω + 4π Σ_G |ρ(G)|² G Gᵀ/|G|⁴
 *
 * In one dimension these are charged sheets, in two charged rods, uniform along the axes that are not there.
 */
export const hartree = (grid: Grid, nSpin: 1 | 2): DensityTerm => ({
  // V(0) = 0: the background cancels the mean charge.
  ...pairInteraction(grid, nSpin, (g2) => (g2 > 0 ? (4 * Math.PI) / g2 : 0), "hartree"),
  stress: (rho) => hartreeStress(grid, rho),
});

function hartreeStress(grid: Grid, rho: ReadonlyRealField): Mat3 {
  const { points, normG2 } = grid;
  const coefficients = grid.toFourier(sumOverSpins(rho, points));
  const out = newTensor();
  for (let g = 1; g < points; g++) {
    const coulomb = (4 * Math.PI * (coefficients[2 * g]! ** 2 + coefficients[2 * g + 1]! ** 2)) / normG2[g]!;
    addIdentity(out, -0.5 * coulomb);
    const [x, y, z] = cartesianG(grid, g);
    addOuter(out, coulomb / normG2[g]!, x, y, z);
  }
  return toMatrix(out);
}
