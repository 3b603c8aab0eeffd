import { type Enhancement, enhancedExchange, PBE_MU } from "./exchange.ts";

const KAPPA = 0.804;

/** F = 1 + κ (1 − e^{−μ s²/κ}) [HHN99]. */
const rpbe: Enhancement = (out, s2) => {
  const decay = Math.exp((-PBE_MU * s2) / KAPPA);
  out[0] = 1 + KAPPA * (1 - decay);
  out[1] = PBE_MU * decay;
};

const SECOND_ORDER = 10 / 81;
/** Constant of the fourth order [WC06 eq. 4]. */
const C = 0.00793746933516;

/** F = 1 + κ − κ/(1 + x/κ),   x = (10/81) s² + (μ − 10/81) s² e^{−s²} + ln(1 + c s⁴) [WC06]. */
const wuCohen: Enhancement = (out, s2) => {
  const decay = (PBE_MU - SECOND_ORDER) * Math.exp(-s2);
  const x = SECOND_ORDER * s2 + decay * s2 + Math.log1p(C * s2 * s2);
  const slope = SECOND_ORDER + decay * (1 - s2) + (2 * C * s2) / (1 + C * s2 * s2);
  const damping = KAPPA / (KAPPA + x);
  out[0] = 1 + KAPPA * (1 - damping);
  out[1] = damping * damping * slope;
};

/** Exchange per spin is −C_σ ρσ^{4/3}. */
const C_SIGMA = 1.5 * (3 / (4 * Math.PI)) ** (1 / 3);
/** x² = |∇ρσ|²/ρσ^{8/3} over s². */
const X2_PER_S2 = 4 * (6 * Math.PI * Math.PI) ** (2 / 3);

const BETA = 0.0042;

/** F = 1 + (β/C_σ) x²/(1 + 6β x arsinh x),   x = |∇ρσ|/ρσ^{4/3} [Bec88]. */
const becke: Enhancement = (out, s2) => {
  const x2 = X2_PER_S2 * s2;
  const x = Math.sqrt(x2);
  const arc = Math.asinh(x);
  const bottom = 1 + 6 * BETA * x * arc;
  // d bottom/d(x²) = 3β (arsinh x/x + 1/√(1 + x²))
  const bottomSlope = 3 * BETA * ((x > 1e-8 ? arc / x : 1) + 1 / Math.sqrt(1 + x2));
  out[0] = 1 + ((BETA / C_SIGMA) * x2) / bottom;
  out[1] = (X2_PER_S2 * (BETA / C_SIGMA) * (1 - (x2 * bottomSlope) / bottom)) / bottom;
};

const [OPTX_A, OPTX_B, OPTX_GAMMA] = [1.05151, 1.43169, 0.006] as const;

/** F = a₁ + (a₂/C_σ) u²,   u = γ x²/(1 + γ x²) [HC01]. */
const optx: Enhancement = (out, s2) => {
  const x2 = X2_PER_S2 * s2;
  const bottom = 1 + OPTX_GAMMA * x2;
  const u = (OPTX_GAMMA * x2) / bottom;
  out[0] = OPTX_A + (OPTX_B / C_SIGMA) * u * u;
  out[1] = (X2_PER_S2 * 2 * (OPTX_B / C_SIGMA) * u * OPTX_GAMMA) / (bottom * bottom);
};

/** F = 1 + β x²/(1 + γ x²)^{4/5}/C_σ [Bec86]. */
const becke86: Enhancement = (out, s2) => {
  const x2 = X2_PER_S2 * s2;
  const bottom = 1 + 0.007 * x2;
  const value = (0.00375 / C_SIGMA) * bottom ** -0.8;
  out[0] = 1 + value * x2;
  out[1] = X2_PER_S2 * value * (1 - (0.8 * 0.007 * x2) / bottom);
};

/** F = (1 + a s² + b s⁴ + c s⁶)^{1/15} [PW86, MLL09]. */
const perdewWang86 =
  (a: number, b: number, c: number): Enhancement =>
  (out, s2) => {
    const poly = 1 + s2 * (a + s2 * (b + s2 * c));
    const value = poly ** (1 / 15);
    out[0] = value;
    out[1] = (value * (a + s2 * (2 * b + s2 * 3 * c))) / (15 * poly);
  };

/** F = 1 + [(c + d e^{−100 s²}) s² − f s⁴]/(1 + a s arsinh(b s) + f s⁴) [PW91 eq. 8]. */
const perdewWang91: Enhancement = (out, s2) => {
  const [a, b, c, d, f] = [0.19645, 7.7956, 0.2743, -0.1508, 0.004] as const;
  const s = Math.sqrt(s2);
  const decay = d * Math.exp(-100 * s2);
  const arc = Math.asinh(b * s);
  const bottom = 1 + a * s * arc + f * s2 * s2;
  const bottomSlope = (a / 2) * ((s > 1e-9 ? arc / s : b) + b / Math.sqrt(1 + b * b * s2)) + 2 * f * s2;
  const ratio = ((c + decay) * s2 - f * s2 * s2) / bottom;
  out[0] = 1 + ratio;
  out[1] = (c + decay * (1 - 100 * s2) - 2 * f * s2 - ratio * bottomSlope) / bottom;
};

/** F = 1 + μ s² e^{−α s²} + κ (1 − e^{−α s²/2}) [Coo10]. */
const cooper: Enhancement = (out, s2) => {
  const [mu, kappa, alpha] = [0.0617, 1.245, 0.0483] as const;
  const decay = Math.exp((-alpha * s2) / 2);
  out[0] = 1 + mu * s2 * decay * decay + kappa * (1 - decay);
  out[1] = mu * (1 - alpha * s2) * decay * decay + (kappa * alpha * decay) / 2;
};

export const ggaXRpbe = enhancedExchange("gga_x_rpbe", rpbe);
export const ggaXWc = enhancedExchange("gga_x_wc", wuCohen);
export const ggaXB88 = enhancedExchange("gga_x_b88", becke);
export const ggaXOptx = enhancedExchange("gga_x_optx", optx);
export const ggaXB86Mgc = enhancedExchange("gga_x_b86_mgc", becke86);
export const ggaXPw86 = enhancedExchange("gga_x_pw86", perdewWang86(1.296, 14, 0.2));
/** Fitted anew by Murray, Lee and Langreth. */
export const ggaXRpw86 = enhancedExchange("gga_x_rpw86", perdewWang86(15 * 0.1234, 17.33, 0.163));
export const ggaXPw91 = enhancedExchange("gga_x_pw91", perdewWang91);
export const ggaXC09 = enhancedExchange("gga_x_c09x", cooper);
