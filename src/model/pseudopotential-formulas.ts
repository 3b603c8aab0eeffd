import { cohenBergstresserLocalFourier } from "./cohen-bergstresser.ts";
import { gthLocalFourier, gthLocalFourierAt0Correction, gthProjectorFourier } from "./gth.ts";
import type { Pseudopotential } from "./pseudopotential.ts";

/**
 * What a Hamiltonian needs of any kind of pseudopotential:
 *
 *   v = v_loc + Σ_l Σ_m Σ_ij |p_i^{lm}⟩ h^l_ij ⟨p_j^{lm}|,
 *   v_loc(q) = ∫ v_loc(r) e^{−iqr} d³r,   ⟨k+G|p_i^{lm}⟩ = (−i)^l P_i^l(|k+G|) Y_lm(k+G) e^{−i(k+G)R} / √Ω
 */

/** v_loc(q) for q > 0 [Ha·bohr³]. */
export const localFourier = (p: Pseudopotential, q: number): number =>
  p.kind === "gth" ? gthLocalFourier(p, q) : cohenBergstresserLocalFourier(p, q);

/** lim_{q→0} v_loc(q) + 4πZ/q² [Ha·bohr³]; 0 for an empirical model, whose zero of energy is free. */
export const localFourierAt0Correction = (p: Pseudopotential): number =>
  p.kind === "gth" ? gthLocalFourierAt0Correction(p) : 0;

/** The nonlocal channels l = 0, 1, … with their matrices h^l (n × n, n may be 0) [Ha]. */
export const nonlocalChannels = (
  p: Pseudopotential,
): readonly { readonly h: readonly (readonly number[])[] }[] => (p.kind === "gth" ? p.channels : []);

/** P_i^l(q) [bohr^(3/2)], i = 1, 2, …, q ≥ 0. */
export const projectorFourier = (p: Pseudopotential, l: number, i: number, q: number): number =>
  p.kind === "gth" ? gthProjectorFourier(p, l, i, q) : 0;

/** Number of electrons the pseudopotential leaves to the calculation. */
export const valenceCharge = (p: Pseudopotential): number => p.charge;
