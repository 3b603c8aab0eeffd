import { newFourierField, newRealField } from "../../kernels/fields.ts";
import type { ApplyPreconditioner, Iterate } from "../preconditioner.ts";

/**
 * Makes a P⁻¹ that multiplies the waves of the total density, ρ = ρ↑ + ρ↓:
 *
 *   (P⁻¹f)(G) = factor(|G|²) f(G) for G ≠ 0,   m(G) ← m(G) + magnetic(|G|²) f(G),   m = ρ↑ − ρ↓
 *
 * G = 0 is unchanged in both: P⁻¹ must keep the electron count and the moment.
 *
 * @param magnetic Default 0: the magnetisation is unchanged.
 */
export function totalFilter(
  { grid, nSpin }: Pick<Iterate, "grid" | "nSpin">,
  factor: (g2: number) => number,
  magnetic?: (g2: number) => number,
): ApplyPreconditioner {
  const { points, normG2 } = grid;
  const total = newRealField(points);
  const change = newRealField(points);
  const original = newFourierField(points);
  const coefficients = newFourierField(points);
  // Change of the total density (or of the magnetisation) caused by a total residual.
  const filtered = (multiplier: (g2: number) => number) => {
    coefficients.set(original);
    coefficients[0] = coefficients[1] = 0;
    for (let g = 1; g < points; g++) {
      const m = multiplier(normG2[g]!);
      coefficients[2 * g]! *= m;
      coefficients[2 * g + 1]! *= m;
    }
    grid.inverse(change, coefficients);
  };
  return (out, f) => {
    for (let r = 0; r < points; r++) total[r] = nSpin === 1 ? f[r]! : f[r]! + f[points + r]!;
    grid.forward(original, total);
    filtered((g2) => factor(g2) - 1);
    for (let at = 0; at < out.length; at++) out[at] = f[at]! + change[at % points]! / nSpin;
    if (magnetic === undefined || nSpin === 1) return;
    filtered(magnetic);
    for (let r = 0; r < points; r++) {
      out[r]! += change[r]! / 2;
      out[points + r]! -= change[r]! / 2;
    }
  };
}
