import type { Grid } from "../../basis/grid.ts";
import {
  addField,
  type FourierField,
  newFourierField,
  newRealField,
  type RealField,
  scaleField,
  sumOverSpins,
} from "../../kernels/fields.ts";
import type { Weigh } from "./accelerator.ts";

/** kTF of a metal as dense as aluminium [bohr⁻¹]. */
const K_TF = 1;

/**
 * 1 − ID of a magnetic or nearly magnetic metal: Stoner's exchange I returns most of the cost of
 * polarising D states. The true value is negative where a moment forms; a norm needs it positive.
 */
const STONER = 0.1;

/**
 * Makes the norm in which the square of a density error is proportional to its energy. In an
 * electron gas, changes n of the total density and m of the magnetisation, each with kinetic energy
 * (−χ₀)⁻¹, have the energy
 *
 *   ½ ∫ v n² + ½ ∫ (−χ₀)⁻¹ (n² + m²) − ½ ∫ I m² ∝ ∑_G (1 + kTF²/|G|²) |n(G)|² + (1 − ID) |m(G)|²,
 *
 *   v = 4π/|G|²,   −χ₀ = D = kTF²/4π
 *
 * so the square of the norm is half the sum on the right, or without spin the sum without m. In the
 * plain norm a long wave that costs hartrees looks small, so a combination of past densities with
 * the shortest residual may raise the energy by as much; and a magnetisation, which costs little,
 * weighs as much as charge.
 *
 * The iteration uses the root: n(G) is multiplied by √(1 + kTF²/|G|²), n(0) by 1, m by √(1 − ID).
 */
export function energyNorm({ grid, nSpin }: { readonly grid: Grid; readonly nSpin: 1 | 2 }): Weigh {
  const { points, normG2 } = grid;
  const change = newRealField(points);
  const coefficients = newFourierField(points);
  /** Weight of the magnetisation, √(1 − ID). The total density gets more, see below. */
  const common = nSpin === 1 ? 1 : Math.sqrt(STONER);
  /** What each spin gets. */
  const growth = normG2.map((g2, g) => ((g === 0 ? 1 : Math.sqrt(1 + K_TF ** 2 / g2)) - common) / nSpin);
  return (x) => {
    grid.forward(coefficients, sumOverSpins(x, points));
    multiplyWaves(coefficients, growth);
    grid.inverse(change, coefficients);
    const out = x.slice() as RealField;
    scaleField(out, common);
    for (let at = 0; at < out.length; at += points) addField(out.subarray(at, at + points), change);
    return out;
  };
}

/** c(G) ← factor(G) c(G). */
function multiplyWaves(c: FourierField, factor: Float64Array): void {
  for (let g = 0; g < factor.length; g++) {
    c[2 * g]! *= factor[g]!;
    c[2 * g + 1]! *= factor[g]!;
  }
}
