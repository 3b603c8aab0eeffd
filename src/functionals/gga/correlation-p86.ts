import { perdewZunger } from "../lda/pz81.ts";
import { cubeRootOfDensity } from "../lda/uniform-gas.ts";
import { correlationOf } from "./correlation.ts";

/** Coefficients of C [Per86 eq. 6]. */
const [AT_INFINITY, ALPHA, BETA, GAMMA, DELTA] = [0.001667, 0.023266, 7.389e-6, 8.723, 0.472] as const;
const AT_ZERO = 0.002568;
const DAMPING = 1.745 * 0.11;

/**
 * Gradient-corrected correlation of Perdew on top of the Perdew–Zunger gas [Per86]:
 *
 *   e = n ε + e^{−Φ} C(r_s) |∇n|² n^{−4/3}/D(ζ),   Φ = 1.745 · 0.11 (C(∞)/C(r_s)) |∇n| n^{−7/6},
 *   C = 0.001667 + (0.002568 + α r_s + β r_s²)/(1 + γ r_s + δ r_s² + 10⁴ β r_s³),
 *   D = ([(1 + ζ)^{5/3} + (1 − ζ)^{5/3}]/2)^{1/2}
 */
export const ggaCP86 = correlationOf("gga_c_p86", (out, density, rs, zeta, sigma) => {
  perdewZunger(out, rs, zeta);
  const energy = out[0]!;
  const energyByRs = out[1]!;
  const energyByZeta = out[2]!;
  const bottom = 1 + rs * (GAMMA + rs * (DELTA + 1e4 * BETA * rs));
  const part = (AT_ZERO + rs * (ALPHA + BETA * rs)) / bottom;
  const c = AT_INFINITY + part;
  const cSlope = (ALPHA + 2 * BETA * rs - part * (GAMMA + rs * (2 * DELTA + 3e4 * BETA * rs))) / bottom;

  const [plus, minus] = [Math.cbrt(1 + zeta) ** 2, Math.cbrt(1 - zeta) ** 2];
  const d2 = ((1 + zeta) * plus + (1 - zeta) * minus) / 2;
  const perSigma = 1 / (density * density * cubeRootOfDensity(rs));
  const phi = ((DAMPING * (AT_INFINITY + AT_ZERO)) / c) * Math.sqrt(perSigma * sigma);
  const factor = (Math.exp(-phi) * c) / Math.sqrt(d2);
  const correction = factor * perSigma * sigma;
  out[0] = energy + correction;
  // Φ ∝ n^{−7/6}/C at a fixed gradient, n dr_s/dn = −r_s/3.
  const byN = (7 / 6) * phi - 7 / 3 - ((1 + phi) * rs * cSlope) / (3 * c);
  out[1] = out[0] - (rs / 3) * energyByRs + correction * byN;
  out[2] = energyByZeta - (correction * (5 / 12) * (plus - minus)) / d2;
  out[3] = density * factor * perSigma * (1 - phi / 2);
});
