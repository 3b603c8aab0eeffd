import type { RealField } from "../../kernels/fields.ts";
import type { Accelerator } from "./accelerator.ts";

/**
 * Makes the damped iteration without acceleration: ρ⁺ = ρ + α P⁻¹(F(ρ) − ρ).
 *
 * @example
 * ```ts
 * import { damped, densityMixing, kerker } from "stillwave";
 *
 * const method = densityMixing({ preconditioner: kerker(), accelerator: damped(), damping: 0.6 });
 * ```
 */
export function damped(): Accelerator {
  return {
    name: "none",
    next(_, input, step, damping) {
      const out = input.slice() as RealField;
      for (let r = 0; r < out.length; r++) out[r]! += damping * step[r]!;
      return { input: out, history: [] };
    },
  };
}
