import type { Grid } from "../basis/grid.ts";
import { newFourierField, newRealField, type RealField } from "../kernels/fields.ts";
import type { Weigh } from "./accelerator.ts";

/** kTF of a metal as dense as aluminium [bohr⁻¹]. */
const K_TF = 1;

/**
 * The norm in which an error of the density is as long as the energy it costs. In an electron gas a change of the density has
 * the energy
 *
 *   ½ ∫ v δρ² + ½ ∫ (−χ₀)⁻¹ δρ² ∝ ∑_G (1 + kTF²/|G|²) |δρ(G)|²,   v = 4π/|G|²,   −χ₀ = kTF²/4π
 *
 * so the norm's square is the sum on the right. Plain length sees nothing of a long wave that holds hartrees, and a combination
 * of past densities that is shortest by it may climb by as much. The waves are those of the total density;
 * the magnetisation, whose energy is exchange, counts as it is.
 *
 * The iteration knows it by its root, (M^{½} x)(G) = √(1 + kTF²/|G|²) x(G) and x(0) as it is.
 */
export function energyNorm({ grid, nSpin }: { readonly grid: Grid; readonly nSpin: 1 | 2 }): Weigh {
  const { points, normG2 } = grid;
  const total = newRealField(points);
  const change = newRealField(points);
  const coefficients = newFourierField(points);
  return (x) => {
    for (let r = 0; r < points; r++) total[r] = nSpin === 1 ? x[r]! : x[r]! + x[points + r]!;
    grid.forward(coefficients, total);
    coefficients[0] = coefficients[1] = 0;
    for (let g = 1; g < points; g++) {
      const growth = Math.sqrt(1 + K_TF ** 2 / normG2[g]!) - 1;
      coefficients[2 * g]! *= growth;
      coefficients[2 * g + 1]! *= growth;
    }
    grid.inverse(change, coefficients);
    return x.map((value, at) => value + change[at % points]! / nSpin) as RealField;
  };
}
