import { type Command, Option } from "commander";
import { requireInput } from "../../common/failure.ts";

/** How much a command says. */
export type Level = "quiet" | "normal" | "verbose";

/** Options that every computing command has. */
export interface ComputingOptions {
  readonly threads?: string;
  readonly backend?: "wasm" | "native" | "reference";
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/**
 * Adds them to a command.
 *
 * @param detail what `--verbose` adds.
 */
export function addComputingOptions(command: Command, detail: string, hasThreads = true): Command {
  if (hasThreads) command.option("--threads <N>", "threads to use (default all of the machine's)");
  return command
    .addOption(new Option("--backend <NAME>", "kernels to use").choices(["wasm", "native", "reference"]))
    .option("-q, --quiet", "the result in a line or few, warnings and errors; no progress")
    .option("-v, --verbose", `${detail} as well`);
}

/** Adds what keeps a self-consistent field and goes on with it. */
export const addCheckpointOptions = (command: Command): Command =>
  command
    .option("--checkpoint <FILE>", "keep the state of the last step here")
    .option("--restart <FILE>", "start from a checkpoint, of this job or of a geometry near by");

/** @throws InputError if both are asked for. */
export function levelOf({ quiet = false, verbose = false }: ComputingOptions): Level {
  requireInput(!(quiet && verbose), () => "--quiet: must stand without --verbose, got both");
  return quiet ? "quiet" : verbose ? "verbose" : "normal";
}
