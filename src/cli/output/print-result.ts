import { toggle } from "../../common/options.ts";
import type { Host } from "../host.ts";
import type { Reporter } from "../terminal/reporter.ts";

/** The option that asks for JSON. */
export const json = (help: string) => toggle({ help });

/** A result in each form of output; only one is made. Each text ends its last line. */
export interface ResultTexts {
  /** For another program. */
  json(): string;
  /** All that `--quiet` leaves. */
  essential(): string;
  /** For a person. */
  summary(): string;
  /** What `--verbose` adds. */
  details(): string;
}

/** The result to stdout; beside JSON, which stands there alone, details go to stderr. */
export function printResult(
  { stdout, stderr }: Host,
  { level }: Reporter,
  isJson: boolean | undefined,
  texts: ResultTexts,
): void {
  if (isJson) stdout.write(texts.json());
  else stdout.write(level === "quiet" ? texts.essential() : texts.summary());
  if (level === "verbose") (isJson ? stderr : stdout).write(`\n${texts.details()}`);
}
