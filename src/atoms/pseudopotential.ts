import type { CohenBergstresserPotential } from "./cohen-bergstresser.ts";
import type { NumericPotential } from "./numeric-potential.ts";

/**
 * Parameters of a dual-space Gaussian pseudopotential, as printed in its table [GTH96, HGH98,
 * Kra05]. Lengths in bohr, energies in Ha.
 */
export interface GthPotential {
  readonly kind: "gth";
  /** Chemical symbol. */
  readonly element: string;
  /** Entry name in its table, e.g. `GTH-PADE-q3`. */
  readonly name: string;
  /** Z_ion, the number of valence electrons. */
  readonly charge: number;
  readonly rloc: number;
  /** C1 … Cn of the local part, n ≤ 4. */
  readonly c: readonly number[];
  /** By l = 0, 1, …: radius r_l and the full symmetric matrix h^l, n × n; n may be 0. */
  readonly channels: readonly { readonly r: number; readonly h: readonly (readonly number[])[] }[];
}

/** What an atom kind may be described by. Plain data: formulas are in the file of each kind. */
export type Pseudopotential = GthPotential | NumericPotential | CohenBergstresserPotential;
