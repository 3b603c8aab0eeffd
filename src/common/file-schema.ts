import * as z from "zod";
import { InputError } from "./failure.ts";
import { printable } from "./text/plain-text.ts";

/*
 * Building blocks for what is read from data files. Every message is the rule alone;
 * `requireSchema` puts the field before it and the value behind.
 */

/** Declares a value by the rule that messages say and the test that decides. */
export const ruled = (rule: string, allows: (value: unknown) => boolean) =>
  z.custom<unknown>(allows, { error: rule });

/** Declares an object whose fields are these and no others. */
export const record = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? Object.keys(shape).join(", ") : "must be a JSON object",
  });

/** Declares a list; every element is of one kind. */
export const list = <Item extends z.ZodType>(item: Item) => z.array(item, { error: "must be a list" });

/** Numbers of physics are far below this in atomic units: what is larger was not meant. */
const LARGEST = 1e6;
const isNumber = (x: unknown): x is number =>
  typeof x === "number" && Number.isFinite(x) && Math.abs(x) < LARGEST;

export const realNumber = ruled("must be a number below 1e6 in size", isNumber);
export const positiveNumber = ruled(
  "must be a positive number",
  (x) => typeof x === "number" && x > 0 && x < Infinity,
);
export const wholeNumber = (least: number, most: number) =>
  ruled(
    `must be a whole number from ${least} to ${most}`,
    (x) => Number.isInteger(x) && (x as number) >= least && (x as number) <= most,
  );
/** Whether a value is a list of so many numbers below 1e6 in size. */
export const isNumbers = (x: unknown, count: number): x is readonly number[] =>
  Array.isArray(x) && x.length === count && x.every(isNumber);
export const numbers = (count: number) =>
  ruled(`must be ${count} numbers below 1e6 in size`, (x) => isNumbers(x, count));
export const anyText = ruled("must be a text", (x) => typeof x === "string");
export const literal = <const Value extends string | number>(value: Value) =>
  z.literal(value, { error: `must be ${JSON.stringify(value)}` });

/** Declares one of several objects that their `kind` tells apart. */
export const byKind = <Kinds extends readonly [ReturnType<typeof record>, ...ReturnType<typeof record>[]]>(
  names: readonly string[],
  kinds: Kinds,
) =>
  z.discriminatedUnion("kind", kinds as never, {
    error: (issue) =>
      issue.code === "invalid_union" ? `must be one of ${names.join(", ")}` : "must be a JSON object",
  });

/** Three vectors that span a cell are asked for by the one who encloses it. */
export const lattice = ruled(
  "must be three rows of three numbers below 1e6 in size",
  (x) =>
    Array.isArray(x) &&
    x.length === 3 &&
    x.every((row) => Array.isArray(row) && row.length === 3 && row.every(isNumber)),
);

/**
 * Requires that a value is what a schema says.
 *
 * @param where stands before every field, such as `certificate line 2, `.
 * @param remedy ends the line.
 * @throws InputError that names the first field which is not: unknown fields go before all others.
 */
export function requireSchema(schema: z.ZodType, value: unknown, where: string, remedy: string): void {
  const { error } = schema.safeParse(value);
  if (error === undefined) return;
  const unknown = error.issues.find(({ code }) => code === "unrecognized_keys");
  const issue = (unknown ?? error.issues[0]) as z.core.$ZodIssue;
  const field = (path: readonly PropertyKey[]): string => printable(`${where}${fieldName(path)}`);
  if (issue.code === "unrecognized_keys") {
    const name = field([...issue.path, issue.keys[0] ?? ""]);
    throw new InputError(`${name}: must not stand there, where the fields are ${issue.message}; ${remedy}`);
  }
  const found = valueAt(value, issue.path);
  const got = found === undefined ? "but it is missing" : `got ${shown(found)}`;
  throw new InputError(`${field(issue.path).replace(/, $/, "")}: ${issue.message}, ${got}; ${remedy}`);
}

/** Writes a value as it stands in a file, shortened, without control characters. */
export const shown = (value: unknown): string => printable(valueText(value));

/** Writes a value as it stands in a file, shortened. */
export function valueText(value: unknown): string {
  let text: string;
  try {
    // NaN would print as null.
    text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? `a ${typeof value}`);
  } catch {
    text = "lists within lists"; // too deep to be written
  }
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

/** Names a field by its path: `atoms[3].position[1]`. */
export function fieldName(path: readonly PropertyKey[]): string {
  let name = "";
  for (const key of path) {
    if (typeof key === "number") name += `[${key}]`;
    else name += name === "" ? String(key).slice(0, 80) : `.${String(key).slice(0, 80)}`;
  }
  return name;
}

/** Returns what stands at a path within a value; undefined where there is none. */
export const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key],
    value,
  );

/**
 * Parses JSON in which no name stands twice in one object: of two, a parser would keep one and hide
 * the other.
 *
 * @throws InputError in one line.
 */
export function parseJsonOnce(text: string, where: string, remedy: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(`${where}: must be JSON, got ${shown(text.slice(0, 40))}; ${remedy}`);
  }
  if (namesIn(text) !== fieldsOf(value))
    throw new InputError(`${where}: must name every field once, got one twice; ${remedy}`);
  return value;
}

/** Counts the names of fields in JSON text: the strings before a colon. */
function namesIn(text: string): number {
  let names = 0;
  for (let start = text.indexOf('"'); start >= 0; ) {
    let end = text.indexOf('"', start + 1);
    while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
    let next = end + 1;
    while (" \t\n\r".includes(text[next] ?? "x")) next++;
    if (text[next] === ":") names++;
    start = text.indexOf('"', next);
  }
  return names;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === "\\") slashes++;
  return slashes % 2 === 1;
}

/** Counts the fields of all objects within a value, however deep. */
function fieldsOf(value: unknown): number {
  let fields = 0;
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== "object" || next === null) continue;
    if (!Array.isArray(next)) fields += Object.keys(next).length;
    for (const inner of Object.values(next))
      if (typeof inner === "object" && inner !== null) left.push(inner);
  }
  return fields;
}
