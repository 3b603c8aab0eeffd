import type * as z from "zod";
import type { Preconditioner } from "../../precond/preconditioner.ts";
import { ANDERSON_OPTIONS, anderson } from "../../scf/accelerators/anderson.ts";
import { damped } from "../../scf/accelerators/damped.ts";
import type { ScfMethod } from "../../scf/method.ts";
import { densityMixing } from "../../scf/methods/density-mixing.ts";
import { DIRECT_MINIMISATION_OPTIONS, directMinimisation } from "../../scf/methods/direct-minimisation.ts";
import { POTENTIAL_MIXING_OPTIONS, potentialMixing } from "../../scf/methods/potential-mixing.ts";
import { byName, numbers, variant } from "./fields.ts";
import { type MixingChoice, preconditionerOf } from "./mixings.ts";

const { maxRise: _, ...andersonOptions } = ANDERSON_OPTIONS;

/**
 * The accelerators of job files with their parameters, whose rules and defaults are the library's.
 * Names enter the job file here alone; `scf/accelerators` and `scf/methods` hold the methods.
 */
export const acceleratorSchema = byName([
  variant("none", {}),
  variant("adaptive-damping", numbers(POTENTIAL_MIXING_OPTIONS)),
  variant("direct-minimisation", numbers(DIRECT_MINIMISATION_OPTIONS)),
  variant("anderson", numbers(andersonOptions)),
]);

export type AcceleratorChoice = z.output<typeof acceleratorSchema>;

/**
 * The method of a job: most accelerators are of densities, two names are methods of their own.
 *
 * @param adapt what is made of the preconditioner.
 */
export function methodOf(
  {
    accelerator,
    mixing,
    damping,
  }: {
    readonly accelerator: AcceleratorChoice;
    readonly mixing: MixingChoice;
    readonly damping: number;
  },
  adapt: (preconditioner: Preconditioner) => Preconditioner = (preconditioner) => preconditioner,
): ScfMethod {
  const preconditioner = adapt(preconditionerOf(mixing));
  switch (accelerator.name) {
    case "direct-minimisation":
      return directMinimisation(accelerator);
    case "adaptive-damping":
      return potentialMixing({ ...accelerator, preconditioner });
    case "none":
      return densityMixing({ preconditioner, accelerator: damped(), damping });
    case "anderson":
      return densityMixing({ preconditioner, accelerator: anderson(accelerator), damping });
  }
}

/** Fields of `scf` that some accelerators do not read, with the reason. */
export const UNREAD: Readonly<
  Partial<Record<AcceleratorChoice["name"], Readonly<Partial<Record<"mixing" | "damping", string>>>>>
> = {
  "direct-minimisation": {
    mixing: "it moves the orbitals and mixes nothing",
    damping: "it finds the length of each step itself",
  },
  "adaptive-damping": { damping: "it finds the length of each step itself, minDamping is the smallest" },
};

/** Past steps that an accelerator keeps: two fields of the density's size for each. */
export const pastSteps = (choice: AcceleratorChoice): number =>
  choice.name === "none" || choice.name === "direct-minimisation" ? 0 : choice.depth;
