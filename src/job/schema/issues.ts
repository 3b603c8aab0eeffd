import type * as z from "zod";
import { didYouMean } from "../../common/nearest.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * One line for what is wrong with `value`: field, rule, what was found, remedy. A misspelt field
 * goes before everything else, because it is also why another field is missing.
 */
export function explain(error: z.ZodError, value: unknown): string {
  const issues = flatten(error.issues);
  const worst = issues.find((issue) => issue.code === "unrecognized_keys") ?? issues[0];
  return worst === undefined ? "job: not valid" : line(worst, value);
}

function line(issue: Issue, value: unknown): string {
  const field = fieldName(issue.path);
  const found = at(value, issue.path);
  if (issue.code === "unrecognized_keys") {
    const unknown = issue.keys[0] ?? "";
    return `unknown field ${fieldName([...issue.path, unknown])}${suggestion(unknown, issue.message.split(", "))}; known fields: ${issue.message}`;
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
export function fieldName(path: Path): string {
  let name = "";
  for (const key of path) {
    if (typeof key === "number") name += `[${key}]`;
    else name += name === "" ? String(key) : `.${String(key)}`;
  }
  return name === "" ? "job" : name;
}

const got = (value: unknown): string => (value === undefined ? "but it is missing" : `got ${show(value)}`);

/** A value as it would stand in the file, shortened. */
export function show(value: unknown): string {
  // NaN would print as null.
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? `a ${typeof value}`);
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );
