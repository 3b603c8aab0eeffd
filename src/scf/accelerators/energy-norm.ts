import type { Grid } from "../../basis/grid.ts";
import { newFourierField, newRealField, type RealField } from "../../kernels/fields.ts";
import type { Weigh } from "./accelerator.ts";

/** kTF of a metal as dense as aluminium [bohr⁻¹]. */
const K_TF = 1;

/**
 * 1 − ID of a metal that is magnetic or nearly so: Stoner's I of exchange takes back most of what it costs to polarise D states. The
 * curvature may be negative where a moment grows by itself; a norm needs a positive one.
 */
const STONER = 0.1;

/**
 * The norm in which an error of the density is as long as the energy it costs. In an electron gas a change n of the total density
 * and m of the magnetisation, of which each alone costs the kinetic energy of (−χ₀)⁻¹, have the energy
 *
 *   ½ ∫ v n² + ½ ∫ (−χ₀)⁻¹ (n² + m²) − ½ ∫ I m² ∝ ∑_G (1 + kTF²/|G|²) |n(G)|² + (1 − ID) |m(G)|²,
 *
 *   v = 4π/|G|²,   −χ₀ = D = kTF²/4π
 *
 * so the norm's square is half the sum on the right, or with one spin the sum without m. Plain length sees nothing of a long wave that
 * holds hartrees, and a combination of past densities that is shortest by it may climb by as much. It also sees as much in a
 * magnetisation, which holds next to nothing, and gives up charge for it.
 *
 * The iteration knows it by its root: n(G) by √(1 + kTF²/|G|²), n(0) as it is, m by √(1 − ID).
 */
export function energyNorm({ grid, nSpin }: { readonly grid: Grid; readonly nSpin: 1 | 2 }): Weigh {
  const { points, normG2 } = grid;
  const total = newRealField(points);
  const change = newRealField(points);
  const coefficients = newFourierField(points);
  /** What both spins count with, which is right for their difference; their sum counts for more. */
  const common = nSpin === 1 ? 1 : Math.sqrt(STONER);
  return (x) => {
    for (let r = 0; r < points; r++) total[r] = nSpin === 1 ? x[r]! : x[r]! + x[points + r]!;
    grid.forward(coefficients, total);
    coefficients[0]! *= 1 - common;
    coefficients[1]! *= 1 - common;
    for (let g = 1; g < points; g++) {
      const growth = Math.sqrt(1 + K_TF ** 2 / normG2[g]!) - common;
      coefficients[2 * g]! *= growth;
      coefficients[2 * g + 1]! *= growth;
    }
    grid.inverse(change, coefficients);
    return x.map((value, at) => common * value + change[at % points]! / nSpin) as RealField;
  };
}
