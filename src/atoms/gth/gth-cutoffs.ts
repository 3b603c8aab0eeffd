import type { GthPotential } from "../pseudopotential.ts";
import { GTH_CUTOFFS } from "./gth-cutoffs.generated.ts";
import { findGth, gthFamilyName } from "./gth-table.ts";

/** Cutoffs of plane waves [Ha] by the error that they leave in the energy of the atom. */
export interface GthCutoffs {
  /** The error is 10 meV for each valence electron. */
  readonly suggested: number;
  /** The error is 250 meV for each valence electron. */
  readonly low: number;
}

/** Measured cutoffs of a shipped potential (scripts/gth-cutoffs.ts); undefined for others. */
export function gthCutoffs(p: GthPotential): GthCutoffs | undefined {
  const [, family, charge] = /^(gth-\w+)-q(\d+)$/.exec(gthFamilyName(p)) ?? [];
  const start = `${p.element} ${charge} `;
  const line = GTH_CUTOFFS[family ?? ""]?.split("\n").find((each) => each.startsWith(start));
  if (line === undefined || findGth(p.element, gthFamilyName(p)).rloc !== p.rloc) return undefined;
  const [, , suggested, low] = line.split(" ");
  return { suggested: Number(suggested), low: Number(low) };
}
