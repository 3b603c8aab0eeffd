import {
  betweenPolarisations,
  type Fit,
  ldaOf,
  POLARISATION_CURVATURE,
  withStiffness,
} from "./uniform-gas.ts";

/**
 * The Padé fit in x = √r_s, with X(x) = x² + bx + c and Q = √(4c − b²) [VWN80 eq. 4.4]:
 *
 *   E = A { ln(x²/X) + (2b/Q) t − (b x0/X(x0)) [ln((x − x0)²/X) + (2(b + 2x0)/Q) t] },
 *   t = arctan(Q/(2x + b))
 */
function fitOf(a: number, b: number, c: number, x0: number): Fit {
  const q = Math.sqrt(4 * c - b * b);
  const share = (b * x0) / (x0 * x0 + b * x0 + c);
  const twist = 2 * (b + 2 * x0);
  return (out, rs) => {
    const x = Math.sqrt(rs);
    const poly = x * x + b * x + c;
    const polySlope = 2 * x + b;
    const t = Math.atan(q / polySlope);
    const tSlope = -q / (2 * poly); // (2x + b)² + Q² = 4X
    out[0] =
      a *
      (Math.log((x * x) / poly) +
        ((2 * b) / q) * t -
        share * (Math.log((x - x0) ** 2 / poly) + (twist / q) * t));
    const slope =
      2 / x -
      polySlope / poly +
      ((2 * b) / q) * tSlope -
      share * (2 / (x - x0) - polySlope / poly + (twist / q) * tSlope);
    out[1] = (a * slope) / (2 * x);
  };
}

/** A of every α_c. */
const A_STIFF = -1 / (6 * Math.PI * Math.PI);

/** By Monte Carlo [VWN80 table 5]; the stiffness is over f″(0). */
const PARA = fitOf(0.0310907, 3.72744, 12.9352, -0.10498);
const FERRO = fitOf(0.01554535, 7.06042, 18.0578, -0.325);
const STIFF = fitOf(A_STIFF / POLARISATION_CURVATURE, 1.13107, 13.0045, -0.0047584);

/** The same of the random-phase approximation [VWN80 table 5]. */
const PARA_RPA = fitOf(0.0310907, 13.072, 42.7198, -0.409286);
const FERRO_RPA = fitOf(0.01554535, 20.1231, 101.578, -0.743294);
const STIFF_RPA = fitOf(A_STIFF / POLARISATION_CURVATURE, 1.06835, 11.4813, -0.228344);

/** ε_F − ε_P. */
const rise =
  (para: Fit, ferro: Fit): Fit =>
  (out, rs) => {
    para(out, rs);
    const [energy, slope] = [out[0]!, out[1]!];
    ferro(out, rs);
    out[0]! -= energy;
    out[1]! -= slope;
  };

const RISE = rise(PARA, FERRO);
const RISE_RPA = rise(PARA_RPA, FERRO_RPA);

/** α + Δ_MC − Δ_RPA. */
const shifted: Fit = (out, rs) => {
  STIFF_RPA(out, rs);
  const [stiff, stiffSlope] = [out[0]!, out[1]!];
  RISE(out, rs);
  const [sum, sumSlope] = [stiff + out[0]!, stiffSlope + out[1]!];
  RISE_RPA(out, rs);
  out[0] = sum - out[0]!;
  out[1] = sumSlope - out[1]!;
};

/** α Δ_MC/Δ_RPA. */
const scaled: Fit = (out, rs) => {
  STIFF_RPA(out, rs);
  const [stiff, stiffSlope] = [out[0]!, out[1]!];
  RISE(out, rs);
  const [product, productSlope] = [stiff * out[0]!, stiffSlope * out[0]! + stiff * out[1]!];
  RISE_RPA(out, rs);
  const ratio = product / out[0]!;
  out[1] = (productSlope - ratio * out[1]!) / out[0]!;
  out[0] = ratio;
};

/**
 * Correlation of Vosko, Wilk and Nusair. Five ways of joining polarisations, as numbered in
 * chemistry, differ in the stiffness; Δ is ε_F − ε_P of Monte Carlo or of the random-phase
 * approximation (RPA), α the stiffness of the latter:
 *
 *   1: Δ_MC     2: α + Δ_MC − Δ_RPA     3: α Δ_MC/Δ_RPA     4: α     5: that of Monte Carlo
 */
export const ldaCVwn = ldaOf("lda_c_vwn", withStiffness(PARA, FERRO, STIFF));
export const ldaCVwn1 = ldaOf("lda_c_vwn_1", betweenPolarisations(PARA, FERRO));
export const ldaCVwn2 = ldaOf("lda_c_vwn_2", withStiffness(PARA, FERRO, shifted));
export const ldaCVwn3 = ldaOf("lda_c_vwn_3", withStiffness(PARA, FERRO, scaled));
export const ldaCVwn4 = ldaOf("lda_c_vwn_4", withStiffness(PARA, FERRO, STIFF_RPA));
/** All of it from the RPA; pw.x calls it vwn-rpa. */
export const ldaCVwnRpa = ldaOf("lda_c_vwn_rpa", betweenPolarisations(PARA_RPA, FERRO_RPA));
