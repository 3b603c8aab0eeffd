import { gthFamilyName } from "../../atoms/gth/gth-table.ts";
import { plural } from "../../common/plural.ts";
import type { Model } from "../../model/model.ts";
import type { Job } from "../schema/job.ts";
import { isPath } from "./model.ts";

/** The pseudopotential that a run uses for an element. */
export interface PseudopotentialInUse {
  /** The shipped entry with its charge, `gth-lda-q4`, or the file. */
  readonly name: string;
  /** Valence electrons of the atom. */
  readonly electrons: number;
}

/** Names the pseudopotential of each element of the model that a job makes. */
export function pseudopotentialsInUse(
  { pseudopotentials: choice }: Pick<Job, "pseudopotentials">,
  { species }: Pick<Model, "species">,
): Readonly<Record<string, PseudopotentialInUse>> {
  const named = (element: string): string | undefined =>
    typeof choice === "string" ? choice : choice[element];
  return Object.fromEntries(
    species.map(({ element, pseudopotential: p }) => {
      const file = named(element);
      const name = file !== undefined && isPath(file) ? file : p.kind === "gth" ? gthFamilyName(p) : p.name;
      return [element, { name, electrons: p.charge }] as const;
    }),
  );
}

/** Says it in a line: `Cu gth-lda-q11 (11 electrons), O O.upf (6 electrons)`. */
export const pseudopotentialsText = (used: Readonly<Record<string, PseudopotentialInUse>>): string =>
  Object.entries(used)
    .map(([element, { name, electrons }]) => `${element} ${name} (${plural(electrons, "electron")})`)
    .join(", ");
