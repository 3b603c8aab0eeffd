import type { Functional } from "../functional.ts";
import { DENSITY_THRESHOLD } from "../lda/uniform-gas.ts";

const C_X = -0.75 * (3 / Math.PI) ** (1 / 3);
/** s² = S2 σ/ρ^{8/3}: s² = σ/(4 (3π²)^{2/3} ρ^{8/3}). */
export const S2 = 1 / (4 * (3 * Math.PI * Math.PI) ** (2 / 3));

/** Writes F and dF/d(s²) to `out`. */
export type Enhancement = (out: Float64Array, s2: number) => void;

/** F = 1 + κ − κ/(1 + μ s²/κ) [PBE96 eq. 14]. */
const pbeEnhancement =
  (kappa: number, mu: number): Enhancement =>
  (out, s2) => {
    const damping = kappa / (kappa + mu * s2); // 1/(1 + μ s²/κ)
    out[0] = 1 + kappa * (1 - damping);
    out[1] = mu * damping * damping;
  };

/**
 * Exchange enhanced by the reduced gradient s = |∇ρ|/(2 k_F ρ) [PBE96 eq. 10], spins by scaling:
 *
 *   e = ρ ε_x(ρ) F(s),   e(ρ↑, ρ↓) = ½ e(2ρ↑) + ½ e(2ρ↓)
 */
export function enhancedExchange(name: string, enhancementOf: Enhancement): Functional {
  return {
    name,
    kind: "gga",
    evaluate(nSpin, rho, sigma, { energy, vrho, vsigma }) {
      const n = energy.length;
      const at = new Float64Array(2);
      for (let s = 0; s < nSpin; s++) {
        const gradient = 2 * s * n; // ↑↑ is component 0, ↓↓ is component 2
        for (let r = 0; r < n; r++) {
          const density = nSpin * rho[s * n + r]!;
          if (!(density >= DENSITY_THRESHOLD)) continue;
          const cubeRoot = Math.cbrt(density);
          const uniform = C_X * density * cubeRoot;
          const perSigma = S2 / (density * density * cubeRoot * cubeRoot);
          const s2 = perSigma * nSpin * nSpin * Math.max(sigma![gradient + r]!, 0);
          enhancementOf(at, s2);
          const enhancement = at[0]!;
          const slope = at[1]!;
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

export const PBE_MU = (PBE_BETA * Math.PI * Math.PI) / 3;

export const ggaXPbe = enhancedExchange("gga_x_pbe", pbeEnhancement(0.804, PBE_MU));
/** μ = 10/81 of the second-order gradient expansion [PRC08]. */
export const ggaXPbeSol = enhancedExchange("gga_x_pbe_sol", pbeEnhancement(0.804, 10 / 81));
/** κ = 1.245 [ZY98]. */
export const ggaXPbeR = enhancedExchange("gga_x_pbe_r", pbeEnhancement(1.245, PBE_MU));
/** μ = 0.26 of the neutral atom of many electrons [CFL11]. */
export const ggaXApbe = enhancedExchange("gga_x_apbe", pbeEnhancement(0.804, 0.26));
/** Of the functional made for molecules [CVA12]. */
export const ggaXPbeMol = enhancedExchange("gga_x_pbe_mol", pbeEnhancement(0.804, 0.27583));
/** Fitted to atoms and molecules [XG04]. */
export const ggaXXpbe = enhancedExchange("gga_x_xpbe", pbeEnhancement(0.91954, 0.23214));
