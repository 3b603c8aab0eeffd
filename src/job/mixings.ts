import type * as z from "zod";
import { kerker } from "../precond/kerker.ts";
import { ldos } from "../precond/ldos.ts";
import type { Preconditioner } from "../precond/preconditioner.ts";
import { simple } from "../precond/simple.ts";
import { byName, positiveNumber, variant } from "./fields.ts";

/**
 * The mixings a job may name, each with its parameters and the field's usual defaults. This list is the one place
 * where a name enters the job file; what the names do is in `precond`.
 */
export const mixingSchema = byName([
  variant("simple", {}),
  variant("kerker", {
    kTF: positiveNumber("must be a positive Thomas-Fermi wave vector in bohr⁻¹; 0.8 is usual").default(0.8),
  }),
  variant("ldos", {}),
]);

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
    case "ldos":
      return ldos();
  }
}
