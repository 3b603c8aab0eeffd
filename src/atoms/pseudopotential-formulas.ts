import { cohenBergstresserLocalFourier } from "./cohen-bergstresser.ts";
import {
  gthLocalFourier,
  gthLocalFourierAt0Correction,
  gthLocalFourierDerivative,
  gthProjectorFourier,
  gthProjectorFourierDerivative,
} from "./gth/gth.ts";
import {
  numericLocalFourier,
  numericLocalFourierAt0Correction,
  numericLocalFourierDerivative,
} from "./numeric-potential.ts";
import type { Pseudopotential } from "./pseudopotential.ts";
import type { RadialShape } from "./radial/radial-shape.ts";
import { transformAt, transformSlopeAt } from "./radial/radial-transform.ts";

/**
 * What a Hamiltonian needs of any kind of pseudopotential:
 *
 *   v = v_loc + Σ_l Σ_m Σ_ij |p_i^{lm}⟩ h^l_ij ⟨p_j^{lm}|,
 *   v_loc(q) = ∫ v_loc(r) e^{−iqr} d³r,
 *   ⟨k+G|p_i^{lm}⟩ = (−i)^l P_i^l(|k+G|) Y_lm(k+G) e^{−i(k+G)R} / √Ω
 *
 * and the density of its core, where exchange and correlation are to see it.
 */

/** v_loc(q) for q > 0 [Ha·bohr³]. */
export function localFourier(p: Pseudopotential, q: number): number {
  switch (p.kind) {
    case "gth":
      return gthLocalFourier(p, q);
    case "numeric":
      return numericLocalFourier(p, q);
    case "cohen-bergstresser":
      return cohenBergstresserLocalFourier(p, q);
  }
}

/** dv_loc/dq for q > 0 [Ha·bohr⁴]. An empirical model has values at single q only: 0. */
export function localFourierDerivative(p: Pseudopotential, q: number): number {
  switch (p.kind) {
    case "gth":
      return gthLocalFourierDerivative(p, q);
    case "numeric":
      return numericLocalFourierDerivative(p, q);
    case "cohen-bergstresser":
      return 0;
  }
}

/** lim_{q→0} v_loc(q) + 4πZ/q² [Ha·bohr³]; 0 for an empirical model, which has a free zero. */
export function localFourierAt0Correction(p: Pseudopotential): number {
  switch (p.kind) {
    case "gth":
      return gthLocalFourierAt0Correction(p);
    case "numeric":
      return numericLocalFourierAt0Correction(p);
    case "cohen-bergstresser":
      return 0;
  }
}

/** The nonlocal channels l = 0, 1, … with their matrices h^l (n × n, n may be 0) [Ha]. */
export const nonlocalChannels = (
  p: Pseudopotential,
): readonly { readonly h: readonly (readonly number[])[] }[] =>
  p.kind === "cohen-bergstresser" ? [] : p.channels;

/** P_i^l(q) [bohr^(3/2)], i = 1, 2, …, q ≥ 0. */
export function projectorFourier(p: Pseudopotential, l: number, i: number, q: number): number {
  switch (p.kind) {
    case "gth":
      return gthProjectorFourier(p, l, i, q);
    case "numeric":
      return transformAt(p.channels[l]!.projectors[i - 1]!, q);
    case "cohen-bergstresser":
      return 0;
  }
}

/** dP_i^l/dq [bohr^(5/2)]. */
export function projectorFourierDerivative(p: Pseudopotential, l: number, i: number, q: number): number {
  switch (p.kind) {
    case "gth":
      return gthProjectorFourierDerivative(p, l, i, q);
    case "numeric":
      return transformSlopeAt(p.channels[l]!.projectors[i - 1]!, q);
    case "cohen-bergstresser":
      return 0;
  }
}

/** Core density for exchange and correlation [bohr⁻³], null where there is none [LFC82]. */
export const coreShape = (p: Pseudopotential): RadialShape | null => (p.kind === "numeric" ? p.core : null);

/** Density of the valence electrons of the atom alone [bohr⁻³], null where it is not known. */
export const valenceShape = (p: Pseudopotential): RadialShape | null =>
  p.kind === "numeric" ? p.valence : null;

/** Number of electrons the pseudopotential leaves to the calculation. */
export const valenceCharge = (p: Pseudopotential): number => p.charge;
