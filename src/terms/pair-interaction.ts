import type { Grid } from "../basis/grid.ts";
import { requireInput } from "../common/failure.ts";
import { dotReal, newFourierField, newRealField, spinComponent } from "../kernels/fields.ts";
import type { DensityTerm, EnergyName } from "./term.ts";

/**
 * Energy of the density with itself under a pair interaction that depends on the distance, given by its Fourier transform.
 *
 *   V(G) = v(|G|²) ρ(G),   E = ½ ∫ V ρ,   ρ = ρ↑ + ρ↓
 *
 * @param interaction v [Ha·bohr³] as a function of |G|² [bohr⁻²]; v(0) counts: 0 there is a neutralising background.
 * @throws InputError if a value of v on the grid is not finite.
 */
export function pairInteraction(
  grid: Grid,
  nSpin: 1 | 2,
  interaction: (g2: number) => number,
  name: EnergyName = "interaction",
): DensityTerm {
  const { points, normG2, dvol } = grid;
  const table = normG2.map((g2) => {
    const v = interaction(g2);
    requireInput(
      Number.isFinite(v),
      () =>
        `pairInteraction: v(|G|²) must be finite, got ${v} at |G|² = ${g2} bohr⁻²; at 0 a background may cancel it`,
    );
    return v;
  });
  const total = newRealField(points);
  const coefficients = newFourierField(points);
  return {
    name,
    evaluate(rho) {
      for (let r = 0; r < points; r++) total[r] = nSpin === 1 ? rho[r]! : rho[r]! + rho[points + r]!;
      grid.forward(coefficients, total);
      for (let g = 0; g < points; g++) {
        coefficients[2 * g]! *= table[g]!;
        coefficients[2 * g + 1]! *= table[g]!;
      }
      const potential = newRealField(nSpin * points);
      grid.inverse(spinComponent(potential, 0, points), coefficients);
      if (nSpin === 2) potential.copyWithin(points, 0, points);
      return { energy: 0.5 * dvol * dotReal(total, potential), potential };
    },
  };
}

/** v = 4π/(|G|² + κ²), the transform of e^{−κr}/r: a screened Coulomb interaction of range 1/κ [bohr]. */
export function yukawa(kappa: number): (g2: number) => number {
  requireInput(
    Number.isFinite(kappa) && kappa > 0,
    () => `yukawa: κ must be a positive wave vector in bohr⁻¹, got ${kappa}; the limit 0 is hartree`,
  );
  return (g2) => (4 * Math.PI) / (g2 + kappa * kappa);
}
