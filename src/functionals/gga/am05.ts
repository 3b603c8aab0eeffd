import type { Functional } from "../functional.ts";
import { perdewWangMod } from "../lda/pw92.ts";
import { DENSITY_THRESHOLD, wignerSeitzRadius } from "../lda/uniform-gas.ts";
import { type Enhancement, enhancedExchange, S2 } from "./exchange.ts";

/** Constants of [AM05 eqs. 9–11]. */
const [ALPHA, GAMMA, C] = [2.804, 0.8098, 0.7168] as const;
/** ξ = K s e^{−2W/3}. */
const K = (3 / (4 * Math.sqrt(6))) ** (2 / 3);
const AIRY = ((4 / 3) ** (1 / 3) * ((2 * Math.PI) / 3)) ** 4;

/** W with W e^W = x ≥ 0, by Halley's iteration, which triples the digits in a step. */
function lambertW(x: number): number {
  let w = Math.log1p(x);
  if (w > 3) w -= Math.log(w);
  for (let step = 0; step < 6; step++) {
    const rest = w - x * Math.exp(-w);
    w -= rest / (1 + w - (rest * (w + 2)) / (2 * w + 2));
  }
  return w;
}

/**
 * Exchange of Armiento and Mattsson [AM05]: the gas where the density is even, the local Airy gas
 * where it falls off,
 *
 *   F = X + (1 − X) (1 + c s²)/(1 + c s²/F_b),   X = 1/(1 + α s²),
 *   F_b = (π/3) s/(ξ (d + ξ²)^{1/4}),   ξ = [(3/2) W(s^{3/2}/(2√6))]^{2/3},
 *   d = [(4/3)^{1/3} 2π/3]⁴
 */
const armientoMattsson: Enhancement = (out, s2) => {
  const w = lambertW(s2 ** 0.75 / (2 * Math.sqrt(6)));
  const xi2 = K * K * s2 * Math.exp((-4 / 3) * w);
  const excess = Math.expm1(Math.log1p(xi2 / AIRY) / 4 - (2 / 3) * w); // 1/F_b − 1
  const logSlope = (w / 2 - xi2 / (4 * (AIRY + xi2))) / (1 + w); // d ln F_b/d ln s²
  const bottom = 1 + C * s2 * (1 + excess);
  const rise = (-C * s2 * excess) / bottom;
  const both = rise + excess * (1 + rise);
  const riseSlope = (C * (logSlope - both * (1 - logSlope))) / bottom;
  const x = 1 / (1 + ALPHA * s2);
  out[0] = 1 + ALPHA * s2 * x * rise;
  out[1] = ALPHA * x * (x * rise + s2 * riseSlope);
};

/**
 * Correlation of Armiento and Mattsson with the Perdew–Wang gas ε [AM05]:
 *
 *   e = ε(r_s, ζ) Σ_σ ρσ [X(sσ) + γ (1 − X(sσ))]
 */
export const ggaCAm05: Functional = {
  name: "gga_c_am05",
  kind: "gga",
  evaluate(nSpin, rho, sigma, { energy, vrho, vsigma }) {
    const n = energy.length;
    const at = new Float64Array(3);
    for (let r = 0; r < n; r++) {
      const up = nSpin === 1 ? rho[r]! / 2 : Math.max(rho[r]!, 0);
      const down = nSpin === 1 ? up : Math.max(rho[n + r]!, 0);
      const density = up + down;
      if (!(density >= DENSITY_THRESHOLD)) continue;
      const rs = wignerSeitzRadius(density);
      const zeta = (up - down) / density;
      perdewWangMod(at, rs, zeta);
      let sum = 0;
      for (let s = 0; s < nSpin; s++) {
        const scaled = nSpin === 1 ? density : 2 * (s === 0 ? up : down);
        if (!(scaled >= DENSITY_THRESHOLD)) continue;
        const perSigma = (S2 * nSpin * nSpin) / Math.cbrt(scaled) ** 8;
        const s2 = perSigma * Math.max(sigma![2 * s * n + r]!, 0);
        const x = 1 / (1 + ALPHA * s2);
        const factor = GAMMA + (1 - GAMMA) * x;
        const slope = (GAMMA - 1) * ALPHA * x * x;
        sum += (scaled / nSpin) * factor;
        vrho[s * n + r]! += at[0]! * (factor - (8 / 3) * s2 * slope);
        vsigma![2 * s * n + r]! += at[0]! * (scaled / nSpin) * slope * perSigma;
      }
      energy[r]! += at[0]! * sum;
      const common = (-(rs / 3) * at[1]! * sum) / density;
      const byZeta = (at[2]! * sum) / density;
      vrho[r]! += common + (1 - zeta) * byZeta;
      if (nSpin === 2) vrho[n + r]! += common - (1 + zeta) * byZeta;
    }
  },
};

export const ggaXAm05 = enhancedExchange("gga_x_am05", armientoMattsson);
