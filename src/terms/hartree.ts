import type { Grid } from "../basis/grid.ts";
import { newFourierField, newRealField, spinComponent } from "../kernels/fields.ts";
import type { DensityTerm } from "./term.ts";

/**
 * Hartree energy of a periodic charge in a neutralising background.
 *
 *   V(G) = 4π ρ(G)/|G|² for G ≠ 0,   V(0) = 0;      E = ½ ∫ V ρ,   ρ = ρ↑ + ρ↓
 */
export function hartree(grid: Grid, nSpin: 1 | 2): DensityTerm {
  const { points, normG2, dvol } = grid;
  const total = newRealField(points);
  const coefficients = newFourierField(points);
  return {
    name: "hartree",
    evaluate(rho) {
      for (let r = 0; r < points; r++) total[r] = nSpin === 1 ? rho[r]! : rho[r]! + rho[points + r]!;
      grid.forward(coefficients, total);
      coefficients[0] = coefficients[1] = 0; // V(0) = 0: the background cancels the mean charge
      for (let g = 1; g < points; g++) {
        const coulomb = (4 * Math.PI) / normG2[g]!;
        coefficients[2 * g]! *= coulomb;
        coefficients[2 * g + 1]! *= coulomb;
      }
      const potential = newRealField(nSpin * points);
      grid.inverse(spinComponent(potential, 0, points), coefficients);
      let sum = 0;
      for (let r = 0; r < points; r++) sum += potential[r]! * total[r]!;
      if (nSpin === 2) potential.copyWithin(points, 0, points);
      return { energy: 0.5 * dvol * sum, potential };
    },
  };
}
