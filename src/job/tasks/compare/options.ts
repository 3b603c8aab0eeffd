import { numbers, type Option, type Options, toggle } from "../../../common/options.ts";
import { MIXINGS } from "../../schema/mixings.ts";

const areDifferent = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

const sizes = numbers<readonly number[]>({
  rule: "must be different whole numbers from 1 to 1000; such as 1,2,4",
  isWhole: true,
  atLeast: 1,
  atMost: 1000,
  help: "copies along the long axis, such as 1,2,4 (default 1)",
  value: "LIST",
});

/** What a comparison of mixings may be told. */
export const COMPARE_OPTIONS = {
  /**
   * Names of mixings, with the job's parameters for its own. Default: simple, kerker, the default
   * mixing, its own.
   */
  mixings: {
    rule: `must be different names among ${MIXINGS.join(", ")}`,
    help: "such as simple,kerker,ldos; by default simple, kerker, what a job takes that names none, and the job's own",
    value: "LIST",
    choices: MIXINGS,
    isListed: false,
    read: (text) =>
      text
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== ""),
    allows: (names) =>
      names.length > 0 &&
      areDifferent(names) &&
      names.every((name) => (MIXINGS as readonly string[]).includes(name)),
  } satisfies Option<readonly string[]>,
  /** How many copies of the structure stand along its long axis. Default [1]. */
  sizes: { ...sizes, allows: (counts) => sizes.allows(counts) && areDifferent(counts) } satisfies Option<
    readonly number[]
  >,
  /**
   * Adds the condition number of P⁻¹ε† at each ground state, which explains slow mixings. Costs
   * about ten more SCF runs for each mixing. Default false.
   */
  conditionNumbers: toggle({
    flag: "condition",
    help: "add condition numbers of the preconditioned dielectric operator (slow)",
  }),
} as const satisfies Options;
