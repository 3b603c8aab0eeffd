import type { Functional } from "../functional.ts";
import { wignerSeitzRadius } from "../lda/uniform-gas.ts";

/** Below this density [bohr⁻³] correlation with gradients is left out, as in libxc. */
const THRESHOLD = 1e-12;

/** Energy per particle ε(n, ζ, σ = |∇n|²): writes ε, ∂(nε)/∂n, ∂ε/∂ζ and ∂(nε)/∂σ to `out`. */
export type CorrelationAt = (
  out: Float64Array,
  density: number,
  rs: number,
  zeta: number,
  sigma: number,
) => void;

/** The functional e = n ε(n, ζ, |∇n|²). */
export function correlationOf(name: string, evaluateAt: CorrelationAt): Functional {
  return {
    name,
    kind: "gga",
    evaluate(nSpin, rho, sigma, { energy, vrho, vsigma }) {
      const n = energy.length;
      const at = new Float64Array(4);
      for (let r = 0; r < n; r++) {
        const up = nSpin === 1 ? rho[r]! / 2 : Math.max(rho[r]!, 0);
        const down = nSpin === 1 ? up : Math.max(rho[n + r]!, 0);
        const density = up + down;
        if (!(density >= THRESHOLD)) continue;
        const sigmaTotal = nSpin === 1 ? sigma![r]! : sigma![r]! + 2 * sigma![n + r]! + sigma![2 * n + r]!;
        // Inside ±1, so that powers of 1 ± ζ have finite slopes for a fully polarised density.
        const zeta = Math.max(-1 + Number.EPSILON, Math.min(1 - Number.EPSILON, (up - down) / density));
        evaluateAt(at, density, wignerSeitzRadius(density), zeta, Math.max(sigmaTotal, 0));
        energy[r]! += density * at[0]!;
        vrho[r]! += at[1]! + (1 - zeta) * at[2]!;
        vsigma![r]! += at[3]!;
        if (nSpin === 2) {
          vrho[n + r]! += at[1]! - (1 + zeta) * at[2]!;
          vsigma![n + r]! += 2 * at[3]!;
          vsigma![2 * n + r]! += at[3]!;
        }
      }
    },
  };
}
