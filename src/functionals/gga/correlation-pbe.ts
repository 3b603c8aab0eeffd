import type { Functional, UniformGas } from "../functional.ts";
import { perdewWang92, perdewWangMod } from "../lda/pw92.ts";
import { cubeRootOfDensity } from "../lda/uniform-gas.ts";
import { correlationOf } from "./correlation.ts";
import { PBE_BETA } from "./exchange.ts";

const GAMMA = (1 - Math.LN2) / (Math.PI * Math.PI);
/** t² = T2 σ φ^{-2} n^{-7/3}, from t = |∇n|/(2 φ k_s n), k_s² = 4k_F/π. */
const T2 = Math.PI / (16 * (3 * Math.PI * Math.PI) ** (1 / 3));

/** Writes a further term H1(r_s, t², φ) per particle, ∂H1/∂r_s, ∂H1/∂(t²) and ∂H1/∂φ to `out`. */
type Addition = (out: Float64Array, rs: number, t2: number, phi: number) => void;

interface Parameters {
  readonly beta: number;
  readonly gamma?: number;
  readonly gas?: UniformGas;
  readonly addition?: Addition;
}

/**
 * Gradient-corrected correlation [PBE96 eqs. 3, 7, 8] on top of the Perdew–Wang uniform gas ε(r_s,
 * ζ):
 *
 *   e = n (ε + H),   H = γ φ³ ln(1 + (β/γ) t² (1 + A t²)/(1 + A t² + A² t⁴)),
 *   A = (β/γ)/(e^{−ε/(γφ³)} − 1),   φ = ½[(1 + ζ)^{2/3} + (1 − ζ)^{2/3}],   t = |∇n|/(2 φ k_s n)
 *
 * evaluated as ε + H = γ φ³ ln(1 − w/B) with X = −ε/(γφ³), w = 1 − e^{−X}, B = 1 + A t² + A² t⁴,
 * which is the same but does not lose the digits of ε against those of H in the tails, where they
 * cancel.
 */
function gradientCorrelation(
  name: string,
  { beta, gamma = GAMMA, gas = perdewWangMod, addition }: Parameters,
): Functional {
  const ratio = beta / gamma;
  return correlationOf(name, (out, density, rs, zeta, sigma) => {
    gas(out, rs, zeta);
    const energy = out[0]!;
    const energyByRs = out[1]!;
    const energyByZeta = out[2]!;
    const plus = zeta === 0 ? 1 : Math.cbrt(1 + zeta);
    const minus = zeta === 0 ? 1 : Math.cbrt(1 - zeta);
    const phi = zeta === 0 ? 1 : (plus * plus + minus * minus) / 2;
    const phiSlope = zeta === 0 ? 0 : (1 / plus - 1 / minus) / 3;
    const phi3 = phi * phi * phi;

    const t2PerSigma = T2 / (phi * phi * density * density * cubeRootOfDensity(rs));
    const t2 = t2PerSigma * sigma;
    const g = gamma * phi3;
    const exponent = -energy / g;
    const decay = Math.exp(-exponent);
    const w = -Math.expm1(-exponent);
    const x = (ratio * t2 * decay) / w; // A t²
    const bottom = 1 + x + x * x;
    const rest = x + x * x + decay; // B − w
    const log = Math.log1p(-w / bottom);
    const logByT2 = (ratio * decay * (1 + 2 * x)) / (bottom * rest);
    const logByExponent = -(((1 + 2 * x) * x) / bottom + decay) / rest;

    const byRs = -logByExponent * energyByRs;
    const byPhi = (g * (3 * log - 3 * exponent * logByExponent - 2 * t2 * logByT2)) / phi;
    let more = 0;
    let moreByRs = 0;
    let moreByT2 = 0;
    let moreByPhi = 0;
    if (addition !== undefined) {
      addition(out, rs, t2, phi);
      more = out[0]!;
      moreByRs = out[1]!;
      moreByT2 = out[2]!;
      moreByPhi = out[3]!;
    }
    out[0] = g * log + more;
    // At fixed r_s and ζ, t² ∝ n^{−7/3}; n dr_s/dn = −r_s/3.
    out[1] = out[0] - (rs / 3) * (byRs + moreByRs) - (7 / 3) * t2 * (g * logByT2 + moreByT2);
    out[2] = -logByExponent * energyByZeta + (byPhi + moreByPhi - (2 * t2 * moreByT2) / phi) * phiSlope;
    out[3] = density * (g * logByT2 + moreByT2) * t2PerSigma;
  });
}

export const ggaCPbe = gradientCorrelation("gga_c_pbe", { beta: PBE_BETA });
/** β = 0.046 [PRC08]. */
export const ggaCPbeSol = gradientCorrelation("gga_c_pbe_sol", { beta: 0.046 });
/** β = 3 · 0.26/π² [CFL11]. */
export const ggaCApbe = gradientCorrelation("gga_c_apbe", { beta: (3 * 0.26) / Math.PI ** 2 });
/** Of the functional made for molecules [CVA12]. */
export const ggaCPbeMol = gradientCorrelation("gga_c_pbe_mol", { beta: 0.08384 });
/** Fitted to atoms and molecules [XG04]. */
export const ggaCXpbe = gradientCorrelation("gga_c_xpbe", {
  beta: 0.089809,
  gamma: 0.089809 ** 2 / (2 * 0.197363),
});

/** β = ν C_c(0) and α [PW91 eqs. 13, 14]: H0 is H of PBE with γ = β²/(2α). */
const NU = (16 / Math.PI) * (3 * Math.PI * Math.PI) ** (1 / 3);
const PW91_BETA = NU * 0.004235;
const PW91_ALPHA = 0.09;
/** −100 (k_s/k_F)²/r_s. */
const SCREENING = (-400 / Math.PI) * (4 / (9 * Math.PI)) ** (1 / 3);
const C_X = -0.001667;

/**
 * H1 = ν [C_xc(r_s) − C_xc(0) − 3C_x/7] φ³ t² exp(−100 φ⁴ (k_s/k_F)² t²) [PW91 eq. 15],
 * C_xc by Rasolt and Geldart:
 *
 *   10³ C_xc = (2.568 + 23.266 r_s + 0.007389 r_s²)/(1 + 8.723 r_s + 0.472 r_s²)
 */
const highGradient: Addition = (out, rs, t2, phi) => {
  const bottom = 1 + rs * (8.723 + 0.472 * rs);
  const c = (1e-3 * (2.568 + rs * (23.266 + 0.007389 * rs))) / bottom;
  const cSlope = (1e-3 * (23.266 + 2 * 0.007389 * rs) - c * (8.723 + 2 * 0.472 * rs)) / bottom;
  const exponent = SCREENING * rs * phi ** 4 * t2;
  const factor = NU * phi ** 3 * t2 * Math.exp(exponent);
  const prefactor = c - 0.002568 - (3 / 7) * C_X;
  const value = factor * prefactor;
  out[0] = value;
  out[1] = factor * cSlope + (value * exponent) / rs;
  out[2] = NU * phi ** 3 * Math.exp(exponent) * prefactor * (1 + exponent);
  out[3] = (value * (3 + 4 * exponent)) / phi;
};

export const ggaCPw91 = gradientCorrelation("gga_c_pw91", {
  beta: PW91_BETA,
  gamma: PW91_BETA ** 2 / (2 * PW91_ALPHA),
  gas: perdewWang92,
  addition: highGradient,
});
