import type { UniformGas } from "../functional.ts";
import { betweenPolarisations, type Fit, ldaOf } from "./uniform-gas.ts";

/** γ, β1, β2 of thin and A, B, C, D of dense gases, for one polarisation. */
type Parameters = readonly [number, number, number, number, number, number, number];

/**
 * γ/(1 + β1 √r_s + β2 r_s) for r_s ≥ 1, A ln r_s + B + C r_s ln r_s + D r_s below [PZ81 eqs. C3,
 * C5].
 */
const fitOf =
  ([gamma, beta1, beta2, a, b, c, d]: Parameters): Fit =>
  (out, rs) => {
    if (rs >= 1) {
      const root = Math.sqrt(rs);
      const energy = gamma / (1 + beta1 * root + beta2 * rs);
      out[0] = energy;
      out[1] = (-energy * energy * (beta1 / (2 * root) + beta2)) / gamma;
    } else {
      const log = Math.log(rs);
      out[0] = a * log + b + rs * (c * log + d);
      out[1] = a / rs + c * (log + 1) + d;
    }
  };

/** Fit to the quantum Monte Carlo energies of Ceperley and Alder [PZ81 table XII]. */
export const perdewZunger: UniformGas = betweenPolarisations(
  fitOf([-0.1423, 1.0529, 0.3334, 0.0311, -0.048, 0.002, -0.0116]),
  fitOf([-0.0843, 1.3981, 0.2611, 0.01555, -0.0269, 0.0007, -0.0048]),
);

/** With C and D such that energy and slope do not jump at r_s = 1. */
const perdewZungerMod: UniformGas = betweenPolarisations(
  fitOf([-0.1423, 1.0529, 0.3334, 0.0311, -0.048, 0.0020191519406228, -0.011632066378913]),
  fitOf([-0.0843, 1.3981, 0.2611, 0.01555, -0.0269, 0.00069255121311694, -0.00480126353790614]),
);

/** Fitted anew by Ortiz and Ballone to their Monte Carlo energies [OB94]. */
const ortizBallone: UniformGas = betweenPolarisations(
  fitOf([-0.103756, 0.56371, 0.27358, 0.031091, -0.046644, 0.00419, -0.00983]),
  fitOf([-0.065951, 1.11846, 0.18797, 0.015545, -0.025599, 0.00329, -0.003]),
);

export const ldaCPz = ldaOf("lda_c_pz", perdewZunger);
export const ldaCPzMod = ldaOf("lda_c_pz_mod", perdewZungerMod);
export const ldaCObPz = ldaOf("lda_c_ob_pz", ortizBallone);
