import type * as z from "zod";
import { fieldName, valueAt, valueText } from "../../common/file-schema.ts";
import { didYouMean } from "../../common/text/nearest.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * One line for an error: field, rule, value, remedy. A misspelt field comes first, since it may
 * also be why another field is missing.
 */
export function explain(error: z.ZodError, value: unknown): string {
  const issues = flatten(error.issues);
  const worst = issues.find((issue) => issue.code === "unrecognized_keys") ?? issues[0];
  return worst === undefined ? "job: not valid" : line(worst, value);
}

function line(issue: Issue, value: unknown): string {
  const field = fieldOf(issue.path);
  const found = valueAt(value, issue.path);
  if (issue.code === "unrecognized_keys") {
    const unknown = issue.keys[0] ?? "";
    return `unknown field ${fieldOf([...issue.path, unknown])}${suggestion(unknown, issue.message.split(", "))}; known fields: ${issue.message}`;
  }
  if (issue.code === "invalid_union" && issue.discriminator !== undefined) {
    return `${field}: must be one of ${issue.message}, ${got(found)}${suggestion(found, issue.message.split(", "))}`;
  }
  if (issue.code === "invalid_value") {
    return `${field}: ${issue.message}, ${got(found)}${suggestion(found, issue.values.map(String))}`;
  }
  const [rule = "", ...remedy] = issue.message.split("; ");
  return [`${field}: ${rule}, ${got(found)}`, ...remedy].join("; ");
}

/** Replaces each failed union by the issues of the alternative the writer most likely meant. */
function flatten(issues: readonly Issue[]): Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
    const closest = issue.errors.reduce((best, other) => (mismatch(other) < mismatch(best) ? other : best));
    // None fits even in kind: the union's own message says what may stand here.
    if (closest.every(isWrongKind)) return [issue];
    return flatten(closest).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  });
}

const isWrongKind = (issue: Issue): boolean => issue.code === "invalid_type" && issue.path.length === 0;

const mismatch = (issues: readonly Issue[]): number =>
  issues.reduce(
    (sum, issue) =>
      sum + (isWrongKind(issue) ? 1000 : issue.code === "unrecognized_keys" ? issue.keys.length : 1),
    0,
  );

const suggestion = (word: unknown, known: readonly string[]): string =>
  typeof word === "string" ? didYouMean(word, known) : "";

/** `structure.atoms[3].position[1]`; the whole file is `job`. */
const fieldOf = (path: Path): string => fieldName(path) || "job";

const got = (value: unknown): string =>
  value === undefined ? "but it is missing" : `got ${valueText(value)}`;
