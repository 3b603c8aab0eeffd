import { plural } from "../../common/plural.ts";
import type { Check } from "../../ground/check/check.ts";
import type { ResultFile } from "../../job/tasks/scf/result.ts";
import { textTable } from "./text-table.ts";

type Checked = Pick<ResultFile, "checks">;

/** Checks that a result did not pass. */
export const failedChecks = ({ checks = [] }: Checked): readonly Check[] =>
  checks.filter(({ passed }) => !passed);

/** Says of a failed check what was found, and what is allowed and why. */
export const checkLine = ({ name, value, limit, why, text }: Check): string =>
  `${name}: ${text}; ${numberText(value)} where ${numberText(limit)} is allowed (${why})`;

/** `2 of 14 checks failed`, or nothing. */
export function failedText(result: Checked): string {
  const failed = failedChecks(result).length;
  return failed === 0 ? "" : `${failed} of ${plural(result.checks!.length, "check")} failed`;
}

/** What the summary says of checks, and how levels were looked for that may have been missed. */
export function checksText(checks: readonly Check[]): string {
  const failed = failedText({ checks });
  const search = checks.find(({ name }) => name.startsWith("levels missed"));
  return `${failed === "" ? `all ${checks.length} passed` : failed}${search === undefined ? "" : `, ${search.name}: ${search.value}`}`;
}

/** Every check with what was measured, what is allowed, and what it says. */
export const checksTable = ({ checks }: Checked): string =>
  checks === undefined
    ? ""
    : textTable(
        ["check", "measured", "allowed", ""],
        checks.map(({ name, value, limit, passed }) => [
          name,
          numberText(value),
          numberText(limit),
          passed ? "passed" : "FAILED",
        ]),
        { left: [0, 3] },
      );

const numberText = (x: number): string => (Number.isInteger(x) ? `${x}` : x.toExponential(2));
