import type { UniformGas } from "../functional.ts";
import { ldaOf, polarisation, polarisationSlope } from "./uniform-gas.ts";

// Coefficients of the unpolarised gas and their change with f(ζ) [GTH96, appendix].
const A = [0.4581652932831429, 2.217058676663745, 0.7405551735357053, 0.01968227878617998] as const;
const A_CHANGE = [0.119086804055547, 0.6157402568883344, 0.1574201515892867, 0.003532336663397157] as const;
const B = [1, 4.504130959426697, 1.110667363742916, 0.02359291751427506] as const;
const B_CHANGE = [0, 0.2673612973836267, 0.2052004607777787, 0.004200005045691381] as const;

/**
 * Exchange and correlation of the uniform gas in one Padé fit [GTH96, appendix], for which the LDA
 * pseudopotentials of Goedecker, Teter and Hutter were made:
 *
 *   ε = −(a0 + a1 r_s + a2 r_s² + a3 r_s³)/(b1 r_s + b2 r_s² + b3 r_s³ + b4 r_s⁴),
 *   a_i, b_i linear in f(ζ)
 */
const teter93: UniformGas = (out, rs, zeta) => {
  const f = polarisation(zeta);
  let top = 0;
  let topSlope = 0;
  let topChange = 0;
  let bottom = 0;
  let bottomSlope = 0;
  let bottomChange = 0;
  for (let i = 3; i >= 0; i--) {
    topSlope = topSlope * rs + top;
    top = top * rs + A[i]! + f * A_CHANGE[i]!;
    topChange = topChange * rs + A_CHANGE[i]!;
    bottomSlope = bottomSlope * rs + bottom;
    bottom = bottom * rs + B[i]! + f * B_CHANGE[i]!;
    bottomChange = bottomChange * rs + B_CHANGE[i]!;
  }
  bottomSlope = bottomSlope * rs + bottom;
  bottom *= rs;
  bottomChange *= rs;
  const energy = -top / bottom;
  out[0] = energy;
  out[1] = -(topSlope + energy * bottomSlope) / bottom;
  out[2] = (-(topChange + energy * bottomChange) / bottom) * polarisationSlope(zeta);
};

export const ldaXcTeter93 = ldaOf("lda_xc_teter93", teter93);
