import type { Functional } from "./functional.ts";
import { PBE_BETA } from "./gga-x-pbe.ts";
import { perdewWangMod } from "./lda-c-pw.ts";
import { wignerSeitzRadius } from "./uniform-gas.ts";

const GAMMA = (1 - Math.LN2) / (Math.PI * Math.PI);
/** t² = T2 σ φ^{-2} n^{-7/3}, from t = |∇n|/(2 φ k_s n), k_s² = 4k_F/π. */
const T2 = Math.PI / (16 * (3 * Math.PI * Math.PI) ** (1 / 3));
/** Below this density [bohr⁻³] t overflows its purpose: no contribution. The same as in libxc. */
const THRESHOLD = 1e-12;

/**
 * Gradient-corrected correlation [PBE96 eqs. 3, 7, 8] on top of the Perdew–Wang uniform gas ε(r_s, ζ):
 *
 *   e = n (ε + H),   H = γ φ³ ln(1 + (β/γ) t² (1 + A t²)/(1 + A t² + A² t⁴)),
 *   A = (β/γ)/(e^{−ε/(γφ³)} − 1),   φ = ½[(1 + ζ)^{2/3} + (1 − ζ)^{2/3}],   t = |∇n|/(2 φ k_s n)
 *
 * evaluated as ε + H = γ φ³ ln(1 − w/B) with X = −ε/(γφ³), w = 1 − e^{−X}, B = 1 + A t² + A² t⁴, which is the same
 * but does not lose the digits of ε against those of H in the tails, where they cancel.
 */
function gradientCorrelation(name: string, beta: number): Functional {
  const ratio = beta / GAMMA;
  return {
    name,
    kind: "gga",
    evaluate(nSpin, rho, sigma, { energy, vrho, vsigma }) {
      const n = energy.length;
      const at = new Float64Array(3);
      const uniformGas = perdewWangMod();
      for (let r = 0; r < n; r++) {
        const up = nSpin === 1 ? rho[r]! / 2 : Math.max(rho[r]!, 0);
        const down = nSpin === 1 ? up : Math.max(rho[n + r]!, 0);
        const density = up + down;
        if (!(density >= THRESHOLD)) continue;
        const sigmaTotal = nSpin === 1 ? sigma![r]! : sigma![r]! + 2 * sigma![n + r]! + sigma![2 * n + r]!;
        const rs = wignerSeitzRadius(density);
        // Inside ±1, so that φ has a finite slope for a fully polarised density.
        const zeta = Math.max(-1 + Number.EPSILON, Math.min(1 - Number.EPSILON, (up - down) / density));
        uniformGas(at, rs, zeta);

        const plus = Math.cbrt(1 + zeta);
        const minus = Math.cbrt(1 - zeta);
        const phi = zeta === 0 ? 1 : (plus * plus + minus * minus) / 2;
        const phiSlope = zeta === 0 ? 0 : (1 / plus - 1 / minus) / 3;
        const phi3 = phi * phi * phi;

        const t2PerSigma = T2 / (phi * phi * density * density * Math.cbrt(density));
        const t2 = t2PerSigma * Math.max(sigmaTotal, 0);
        const g = GAMMA * phi3;
        const exponent = -at[0]! / g;
        const decay = Math.exp(-exponent);
        const x = (ratio * t2) / Math.expm1(exponent); // A t²
        const bottom = 1 + x + x * x;
        const rest = x + x * x + decay; // B − w
        const log = Math.log1p(Math.expm1(-exponent) / bottom);
        const logByT2 = (ratio * decay * (1 + 2 * x)) / (bottom * rest);
        const logByExponent = -(((1 + 2 * x) * x) / bottom + decay) / rest;

        const perParticle = g * log;
        const byRs = -logByExponent * at[1]!;
        const byPhi = (g * (3 * log - 3 * exponent * logByExponent - 2 * t2 * logByT2)) / phi;
        const byZeta = -logByExponent * at[2]! + byPhi * phiSlope;
        // At fixed r_s and ζ, t² ∝ n^{−7/3}; n dr_s/dn = −r_s/3.
        const common = perParticle - (rs / 3) * byRs - (7 / 3) * t2 * g * logByT2;
        energy[r]! += density * perParticle;
        vrho[r]! += common + (1 - zeta) * byZeta;
        const bySigma = density * g * logByT2 * t2PerSigma;
        vsigma![r]! += bySigma;
        if (nSpin === 2) {
          vrho[n + r]! += common - (1 + zeta) * byZeta;
          vsigma![n + r]! += 2 * bySigma;
          vsigma![2 * n + r]! += bySigma;
        }
      }
    },
  };
}

export const ggaCPbe = gradientCorrelation("gga_c_pbe", PBE_BETA);
/** β = 0.046 [PRC08]. */
export const ggaCPbeSol = gradientCorrelation("gga_c_pbe_sol", 0.046);
