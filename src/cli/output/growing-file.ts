import { resultText } from "../../io/result-json.ts";
import type { ResourceUse } from "../../job/prepare/session.ts";
import type { PhaseTime } from "../terminal/phases.ts";
import type { Told } from "../work/job-command.ts";
import { workDetails } from "./details.ts";

/** A result that is written after every run, and from which a later call goes on. */
interface GrowingFile {
  readonly warnings: readonly string[];
  readonly resources: ResourceUse;
}

/**
 * Says of such a result what is in it, and how to go on with one that is not whole.
 *
 * @param missing what it lacks; undefined where it is whole.
 */
export const tellGrowing = (
  file: GrowingFile,
  phases: readonly PhaseTime[],
  out: string,
  {
    tables,
    verdict,
    missing,
  }: {
    readonly tables: () => string;
    readonly verdict: () => string;
    readonly missing: string | undefined;
  },
): Told => ({
  warnings: file.warnings,
  json: () => resultText(file),
  essential: () => `${verdict()}\n`,
  summary: () => `${tables()}\n${verdict()}\n`,
  details: () => workDetails(phases, file.resources),
  failures: missing === undefined ? [] : [`${missing}; go on with --restart ${out}`],
});
