import * as z from "zod";
import { auto } from "../../precond/auto.ts";
import { DIELECTRIC_OPTIONS, dielectric } from "../../precond/filters/dielectric.ts";
import { KERKER_OPTIONS, kerker } from "../../precond/filters/kerker.ts";
import { kerkerDos } from "../../precond/filters/kerker-dos.ts";
import { simple } from "../../precond/filters/simple.ts";
import { hybrid } from "../../precond/hybrid.ts";
import { ldos } from "../../precond/ldos.ts";
import { localThomasFermi } from "../../precond/local-thomas-fermi.ts";
import { LAYER_OPTIONS, layer, layerEnds } from "../../precond/localisation.ts";
import type { Preconditioner } from "../../precond/preconditioner.ts";
import { chi0Exact } from "../../response/chi0-exact.ts";
import { byName, fields, finite, numbers, variant } from "./fields.ts";

/** A layer across one lattice vector, in fractional coordinates. */
const localisation = fields({
  axis: z.literal([0, 1, 2], { error: "must be the index 0, 1 or 2 of the lattice vector across the layer" }),
  from: finite("must be a fractional coordinate"),
  to: finite("must be a fractional coordinate above from; a layer across the cell's edge goes beyond 1"),
  ...numbers(LAYER_OPTIONS),
}).superRefine(({ from, to }, context) => {
  if (!layerEnds.allows(from, to))
    context.addIssue({
      code: "custom",
      path: ["to"],
      message: `${layerEnds.rule(from)}; ${layerEnds.remedy}`,
    });
});

/**
 * The mixings of job files with their parameters, whose rules and defaults are the library's. Names
 * enter the job file here alone; `precond` holds the mixings.
 */
export const mixingSchema = byName([
  variant("simple", {}),
  variant("kerker", numbers(KERKER_OPTIONS)),
  variant("kerker-dos", {}),
  variant("dielectric", numbers(DIELECTRIC_OPTIONS)),
  variant("hybrid", { ...numbers(DIELECTRIC_OPTIONS), localisation: localisation.optional() }),
  variant("local-tf", {}),
  variant("ldos", {}),
  variant("auto", {}),
  variant("chi0-exact", {}),
]);

/**
 * Returns the mixing of a job that names none. Without a temperature charges are bound, and `auto`
 * screens them by their gap. With one, `auto` would be the same in most metals; but on coarse
 * k-grids levels that happen to lie apart look like a gap (nickel: 20 steps for 15).
 */
export const defaultMixing = (temperature: number): "auto" | "ldos" => (temperature === 0 ? "auto" : "ldos");

export type MixingChoice = z.output<typeof mixingSchema>;

export const MIXINGS: readonly MixingChoice["name"][] = mixingSchema.options.map(
  (option) => option.shape.name.value,
);

/** The preconditioner a job names. */
export function preconditionerOf(choice: MixingChoice): Preconditioner {
  switch (choice.name) {
    case "simple":
      return simple();
    case "kerker":
      return kerker(choice);
    case "kerker-dos":
      return kerkerDos();
    case "dielectric":
      return dielectric(choice);
    case "hybrid": {
      const { localisation: place, ...rest } = choice;
      return hybrid({ ...rest, localisation: place === undefined ? undefined : layer(place) });
    }
    case "local-tf":
      return localThomasFermi();
    case "ldos":
      return ldos();
    case "auto":
      return auto();
    case "chi0-exact":
      return chi0Exact();
  }
}
