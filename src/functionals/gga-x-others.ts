import { type Enhancement, enhancedExchange, PBE_MU } from "./gga-x-pbe.ts";

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

export const ggaXRpbe = enhancedExchange("gga_x_rpbe", rpbe);
export const ggaXWc = enhancedExchange("gga_x_wc", wuCohen);
export const ggaXB88 = enhancedExchange("gga_x_b88", becke);
export const ggaXOptx = enhancedExchange("gga_x_optx", optx);
