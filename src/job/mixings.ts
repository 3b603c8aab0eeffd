import * as z from "zod";
import { auto } from "../precond/auto.ts";
import { DIELECTRIC_DEFAULTS, dielectric } from "../precond/dielectric.ts";
import { hybrid } from "../precond/hybrid.ts";
import { kerker } from "../precond/kerker.ts";
import { kerkerDos } from "../precond/kerker-dos.ts";
import { ldos } from "../precond/ldos.ts";
import { localThomasFermi } from "../precond/local-thomas-fermi.ts";
import { layer } from "../precond/localisation.ts";
import type { Preconditioner, ResponsePreconditioner } from "../precond/preconditioner.ts";
import { simple } from "../precond/simple.ts";
import { chi0Exact } from "../response/chi0-exact.ts";
import { byName, fields, finite, positiveNumber, variant } from "./fields.ts";

const epsilonR = z
  .number({ error: "must be a permittivity of at least 1; 10 suits many semiconductors" })
  .min(1)
  .default(DIELECTRIC_DEFAULTS.epsilonR);
const screeningVector = positiveNumber("must be a positive wave vector in bohr⁻¹; 0.8 is usual").default(
  DIELECTRIC_DEFAULTS.kTF,
);

/** A layer across one lattice vector, in fractional coordinates. */
const localisation = fields({
  axis: z.literal([0, 1, 2], { error: "must be the index 0, 1 or 2 of the lattice vector across the layer" }),
  from: finite("must be a fractional coordinate"),
  to: finite("must be a fractional coordinate above from; a layer across the cell's edge goes beyond 1"),
  steepness: positiveNumber("must be a positive steepness of the edges; 30 is usual").default(30),
});

/**
 * The mixings a job may name, each with its parameters and the field's usual defaults. This list is the one place
 * where a name enters the job file; what the names do is in `precond`.
 */
export const mixingSchema = byName([
  variant("simple", {}),
  variant("kerker", {
    kTF: positiveNumber("must be a positive Thomas-Fermi wave vector in bohr⁻¹; 0.8 is usual").default(0.8),
  }),
  variant("kerker-dos", {}),
  variant("dielectric", { epsilonR, kTF: screeningVector }),
  variant("hybrid", { epsilonR, kTF: screeningVector, localisation: localisation.optional() }),
  variant("local-tf", {}),
  variant("ldos", {}),
  variant("auto", {}),
  variant("chi0-exact", {}),
]);

export type MixingChoice = z.output<typeof mixingSchema>;

export const MIXINGS: readonly MixingChoice["name"][] = mixingSchema.options.map(
  (option) => option.shape.name.value,
);

/** The preconditioner a job names. */
export function preconditionerOf(choice: MixingChoice): Preconditioner | ResponsePreconditioner {
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
