import type { Functional } from "../functional.ts";
import { DENSITY_THRESHOLD } from "./uniform-gas.ts";

const C_X = -0.75 * (3 / Math.PI) ** (1 / 3);
/** s² = σ/(4 (3π²)^{2/3} ρ^{8/3}). */
const S2 = 1 / (4 * (3 * Math.PI * Math.PI) ** (2 / 3));

/**
 * Exchange enhanced by the reduced gradient s = |∇ρ|/(2 k_F ρ) [PBE96 eqs. 10, 14], spins by scaling:
 *
 *   e = ρ ε_x(ρ) F(s),   F = 1 + κ − κ/(1 + μ s²/κ),   e(ρ↑, ρ↓) = ½ e(2ρ↑) + ½ e(2ρ↓)
 */
function enhancedExchange(name: string, kappa: number, mu: number): Functional {
  return {
    name,
    kind: "gga",
    evaluate(nSpin, rho, sigma, { energy, vrho, vsigma }) {
      const n = energy.length;
      for (let s = 0; s < nSpin; s++) {
        const gradient = 2 * s * n; // ↑↑ is component 0, ↓↓ is component 2
        for (let r = 0; r < n; r++) {
          const density = nSpin * rho[s * n + r]!;
          if (!(density >= DENSITY_THRESHOLD)) continue;
          const cubeRoot = Math.cbrt(density);
          const uniform = C_X * density * cubeRoot;
          const perSigma = S2 / (density * density * cubeRoot * cubeRoot);
          const s2 = perSigma * nSpin * nSpin * Math.max(sigma![gradient + r]!, 0);
          const damping = kappa / (kappa + mu * s2); // 1/(1 + μ s²/κ)
          const enhancement = 1 + kappa * (1 - damping);
          const slope = mu * damping * damping; // dF/d(s²)
          energy[r]! += (uniform * enhancement) / nSpin;
          // d(s²)/dρ = −(8/3) s²/ρ
          vrho[s * n + r]! += (uniform / density) * ((4 / 3) * enhancement - (8 / 3) * s2 * slope);
          vsigma![gradient + r]! += nSpin * uniform * slope * perSigma;
        }
      }
    },
  };
}

/** β of PBE correlation; μ = β π²/3 cancels its gradient term for small s [PBE96 eq. 12]. */
export const PBE_BETA = 0.06672455060314922;

export const ggaXPbe = enhancedExchange("gga_x_pbe", 0.804, (PBE_BETA * Math.PI * Math.PI) / 3);
/** μ = 10/81 of the second-order gradient expansion [PRC08]. */
export const ggaXPbeSol = enhancedExchange("gga_x_pbe_sol", 0.804, 10 / 81);
/** κ = 1.245 [ZY98]. */
export const ggaXPbeR = enhancedExchange("gga_x_pbe_r", 1.245, (PBE_BETA * Math.PI * Math.PI) / 3);
