import type { UniformGas } from "../functional.ts";
import { betweenPolarisations, type Fit, ldaOf } from "./uniform-gas.ts";

/** Beyond this x the closed form loses digits. */
const LARGE = 4;

/**
 * ε = −c [(1 + x³) ln(1 + 1/x) − x² + x/2 − 1/3],   x = r_s/r [HL71],
 *
 * for large x as the series −c Σ_k 3 (−1)^{k+1}/(k (k + 3) x^k).
 */
const hedinLundqvist =
  (c: number, r: number): Fit =>
  (out, rs) => {
    const x = rs / r;
    let sum = 0;
    let slope = 0;
    if (x < LARGE) {
      const log = Math.log1p(1 / x);
      sum = (1 + x ** 3) * log - x * x + x / 2 - 1 / 3;
      slope = 3 * x * x * log - (1 - x + x * x) / x - 2 * x + 1 / 2;
    } else
      for (let k = 25; k >= 1; k--) {
        const term = ((k % 2 === 1 ? 3 : -3) / (k * (k + 3))) * x ** -k;
        sum += term;
        slope -= (k * term) / x;
      }
    out[0] = -c * sum;
    out[1] = (-c / r) * slope;
  };

/** ε = −0.44 (1 − ζ²)/(r_s + 7.8) [Wig38]; what is polarised in full has none. */
const wigner: UniformGas = (out, rs, zeta) => {
  const thin = -0.44 / (rs + 7.8);
  out[0] = thin * (1 - zeta * zeta);
  out[1] = -out[0] / (rs + 7.8);
  out[2] = -2 * zeta * thin;
};

const RS_OF_LENGTH = (3 / (4 * Math.PI)) ** (1 / 3);

/**
 * ε = −0.0357/(1 + 0.0562 y) − 0.0311 ln(1 + 2.39/y),   y = n^{−1/3}, for any polarisation [Gom65].
 */
const gombas: UniformGas = (out, rs) => {
  const y = rs / RS_OF_LENGTH;
  const bottom = 1 + 0.0562 * y;
  out[0] = -0.0357 / bottom - 0.0311 * Math.log1p(2.39 / y);
  out[1] = ((0.0357 * 0.0562) / (bottom * bottom) + (0.0311 * 2.39) / (y * (y + 2.39))) / RS_OF_LENGTH;
  out[2] = 0;
};

export const ldaCWigner = ldaOf("lda_c_wigner", wigner);
export const ldaCGombas = ldaOf("lda_c_gombas", gombas);
/** Without a dependence on spin. */
export const ldaCHl = ldaOf(
  "lda_c_hl",
  betweenPolarisations(hedinLundqvist(0.0225, 21), hedinLundqvist(0.0225, 21)),
);
/** Gunnarsson and Lundqvist [GL76]. */
export const ldaCGl = ldaOf(
  "lda_c_gl",
  betweenPolarisations(hedinLundqvist(0.0333, 11.4), hedinLundqvist(0.0203, 15.9)),
);
/** Von Barth and Hedin [BH72]. */
export const ldaCVbh = ldaOf(
  "lda_c_vbh",
  betweenPolarisations(hedinLundqvist(0.0252, 30), hedinLundqvist(0.0127, 75)),
);
