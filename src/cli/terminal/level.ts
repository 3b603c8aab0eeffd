import { requireInput } from "../../common/failure.ts";
import { toggle } from "../../common/options.ts";

/** How much a command says. */
export type Level = "quiet" | "normal" | "verbose";

/**
 * The options that say how much is said.
 *
 * @param detail what `--verbose` adds.
 */
export const levelOptions = (detail: string) => ({
  quiet: toggle({ short: "q", help: "the result in a line or few, warnings and errors; no progress" }),
  verbose: toggle({ short: "v", help: `${detail} as well` }),
});

/** @throws InputError if both are asked for. */
export function levelOf({
  quiet = false,
  verbose = false,
}: {
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}): Level {
  requireInput(!(quiet && verbose), () => "--quiet: must stand without --verbose, got both");
  return quiet ? "quiet" : verbose ? "verbose" : "normal";
}
