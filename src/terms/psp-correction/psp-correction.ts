import { localFourierAt0Correction } from "../../atoms/pseudopotential-formulas.ts";
import type { Model } from "../../model/model.ts";
import type { Term } from "../term.ts";

/**
 * Makes the term left of the mean local potential when the Coulomb parts of electrons and ions
 * cancel at G = 0, the mean of v_loc(r) + Z/r for every electron.
 *
 *   E = (N_electrons/Ω) Σ_atoms lim_{q→0} (v_loc(q) + 4πZ/q²)
 */
export function pspCorrection({ lattice, species, atoms, electrons }: Model) {
  let sum = 0;
  for (const atom of atoms) sum += localFourierAt0Correction(species[atom.species]!.pseudopotential);
  const energy = (electrons / lattice.volume) * sum;
  const stress = -energy / lattice.volume; // ∝ 1/Ω
  return {
    name: "pspCorrection",
    energy: () => energy,
    stress: () => [
      [stress, 0, 0],
      [0, stress, 0],
      [0, 0, stress],
    ],
  } satisfies Term;
}
