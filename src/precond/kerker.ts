import { requireInput } from "../common/failure.ts";
import { asRealField, newFourierField, newRealField } from "../kernels/fields.ts";
import type { Preconditioner } from "./preconditioner.ts";

/**
 * Kerker preconditioner: damps the long-wavelength charge sloshing of bulk metals [Ker81].
 *
 *   (P⁻¹ f)(G) = |G|² / (|G|² + kTF²) · f(G) for G ≠ 0,   (P⁻¹ f)(0) = f(0)
 *
 * acts on the total density; a magnetisation passes unchanged.
 *
 * @param kTF Thomas-Fermi wave vector [bohr⁻¹], positive. Default 0.8, that is 1.5 Å⁻¹ [KF96].
 * @throws InputError if `kTF` is not positive and finite.
 */
export function kerker({ kTF = 0.8 }: { readonly kTF?: number } = {}): Preconditioner {
  requireInput(
    Number.isFinite(kTF) && kTF > 0,
    () =>
      `scf.mixing.kTF: must be a positive wave vector in bohr⁻¹, got ${kTF}; for no preconditioning use simple`,
  );
  return {
    name: `kerker(kTF=${kTF})`,
    at({ grid, nSpin }) {
      const { points, normG2 } = grid;
      const coefficients = newFourierField(points);
      const total = newRealField(points);
      const change = newRealField(points);
      return (out, residual) => {
        for (let r = 0; r < points; r++)
          total[r] = nSpin === 1 ? residual[r]! : residual[r]! + residual[points + r]!;
        grid.forward(coefficients, total);
        // G = 0 stays: P⁻¹ must not change the electron count.
        for (let g = 1; g < points; g++) {
          const damping = normG2[g]! / (normG2[g]! + kTF * kTF);
          coefficients[2 * g]! *= damping;
          coefficients[2 * g + 1]! *= damping;
        }
        grid.inverse(asRealField(change), coefficients);
        for (let r = 0; r < points; r++) {
          const shift = (change[r]! - total[r]!) / nSpin;
          for (let at = r; at < out.length; at += points) out[at] = residual[at]! + shift;
        }
      };
    },
  };
}
