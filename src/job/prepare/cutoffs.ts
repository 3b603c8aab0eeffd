import { type GthCutoffs, gthCutoffs } from "../../atoms/gth/gth-cutoffs.ts";
import type { Pseudopotential } from "../../atoms/pseudopotential.ts";
import { requireInput } from "../../common/failure.ts";
import type { Model } from "../../model/model.ts";
import type { Job } from "../schema/job.ts";
import { pseudopotentialsInUse } from "./pseudopotentials-in-use.ts";

/** Share of the suggested cutoff below which plane waves hold nothing of the atom. */
const NONSENSE = 1 / 100;

/**
 * Says where the cutoff of a job is low for a pseudopotential: for a shipped one, where the atom is
 * wrong by 0.25 eV or more for each valence electron; for a UPF file, below half of the cutoff that
 * the file suggests.
 *
 * @throws InputError for a cutoff of less than 1/100 of the suggested one.
 */
export function cutoffWarnings(
  job: Pick<Job, "ecut" | "pseudopotentials">,
  model: Pick<Model, "species">,
): string[] {
  const used = pseudopotentialsInUse(job, model);
  return model.species.flatMap(({ element, pseudopotential }) => {
    const cutoffs = cutoffsOf(pseudopotential);
    if (cutoffs === undefined) return [];
    const { suggested, low, why } = cutoffs;
    const { name } = used[element]!;
    const least = Number((NONSENSE * suggested).toPrecision(2));
    requireInput(
      job.ecut >= least,
      () =>
        `ecut: must be at least ${least} Ha with ${element} ${name}, got ${job.ecut}; ${suggested} Ha is suggested`,
    );
    return job.ecut >= low
      ? []
      : [`ecut: ${job.ecut} Ha is low for ${element} ${name}, ${why}; ${suggested} Ha is suggested`];
  });
}

/**
 * Cutoffs of the hardest potential of a model [Ha]: the suggested one, and one that is low. For a
 * shipped potential they leave 10 and 250 meV for each valence electron of the atom.
 *
 * @returns undefined where no potential has any.
 */
export function hardestCutoffs({
  species,
}: Pick<Model, "species">): Pick<GthCutoffs, "suggested" | "low"> | undefined {
  const known = species.flatMap(({ pseudopotential }) => cutoffsOf(pseudopotential) ?? []);
  return known.length === 0 ? undefined : known.reduce((a, b) => (b.suggested > a.suggested ? b : a));
}

/** What is known of the cutoff of a potential [Ha], and why that is low which is called so. */
export function cutoffsOf(p: Pseudopotential): (GthCutoffs & { readonly why: string }) | undefined {
  if (p.kind === "gth") {
    const cutoffs = gthCutoffs(p);
    const why = `whose energy is wrong by more than 0.25 eV for each valence electron below ${cutoffs?.low} Ha`;
    return cutoffs && { ...cutoffs, why };
  }
  if (p.kind !== "numeric" || p.suggestedCutoff === undefined) return undefined;
  return {
    suggested: p.suggestedCutoff,
    low: p.suggestedCutoff / 2,
    why: "less than half of what the file asks for",
  };
}
