import { type OptionName, requireOption } from "./failure.ts";
import { didYouMean } from "./nearest.ts";

/** A rule that a number keeps. */
export interface NumberRule {
  /** Rule and remedy as messages say them: `must be a positive wave vector in bohr⁻¹; 0.8 is usual`. */
  readonly rule: string;
  /** Whole numbers only. */
  readonly isWhole?: true;
  /** Infinity is allowed. */
  readonly isUnbounded?: true;
  /** Bounds: x > above, x ≥ atLeast, x < below, x ≤ atMost. */
  readonly above?: number;
  readonly atLeast?: number;
  readonly below?: number;
  readonly atMost?: number;
}

/**
 * A number that a function takes as an option: what it may be and what it is by default. It stands once, beside the function; the job
 * schema and the memory estimate read it there.
 */
export interface NumberOption extends NumberRule {
  readonly default: number;
}

export type NumberOptions = Readonly<Record<string, NumberOption>>;

/** How an option is written and told on a command line. */
export interface OptionText {
  /** What it is, in a line; `{default}` stands for its default. Absent: not offered there. */
  readonly help?: string;
  /** What help calls its value: `HA`. */
  readonly value?: string;
  /** Its flag, where that is not its name with hyphens: `k` of `kpoints`. */
  readonly flag?: string;
  /** A letter that stands for the flag: `q`. */
  readonly short?: string;
  /** False: help does not list the words that it may be. */
  readonly isListed?: false;
}

/** An option of a task or a command: its rule, its text and how words of a command line are read. It is declared once. */
export interface Option<Value> extends OptionText {
  /** Rule and remedy as messages say them. */
  readonly rule: string;
  readonly allows: (value: Value) => boolean;
  /** Absent for a switch. What it makes of a wrong word is not allowed. */
  readonly read?: (text: string) => Value;
  readonly default?: Value;
  /** The words that it may be. */
  readonly choices?: readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: an option of any value; its own type says which
export type Options = Readonly<Record<string, Option<any>>>;

export type ValueOf<Each> = Each extends { readonly allows: (value: infer Value) => boolean }
  ? Value
  : Each extends NumberOption
    ? number
    : never;

/** Values of options as a caller gives them: any may be left out. */
export type Given<Declared> = { readonly [Name in keyof Declared]?: ValueOf<Declared[Name]> | undefined };

/** Values of options, with the defaults of those that have one. */
export type ValuesOf<Declared> = {
  readonly [Name in keyof Declared]: Declared[Name] extends { readonly default: infer Default }
    ? Default extends number
      ? number
      : Default extends boolean
        ? boolean
        : Default
    : ValueOf<Declared[Name]> | undefined;
};

/** Tells whether a number keeps its rule. */
export function allows(
  { isWhole, isUnbounded, above, atLeast, below, atMost }: NumberRule,
  x: number,
): boolean {
  return (
    (Number.isFinite(x) || (isUnbounded === true && x === Number.POSITIVE_INFINITY)) &&
    (isWhole !== true || Number.isInteger(x)) &&
    (above === undefined || x > above) &&
    (atLeast === undefined || x >= atLeast) &&
    (below === undefined || x < below) &&
    (atMost === undefined || x <= atMost)
  );
}

/** Reads a number; what is none is NaN. */
export const readNumber = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

/** A number. */
export const number = <const Rule extends NumberRule & OptionText>(rule: Rule): Rule & Option<number> => ({
  read: readNumber,
  ...rule,
  allows: (x) => allows(rule, x),
});

/** Several numbers that keep the same rule: as many as `count`, or any number of them. */
export const numbers = <Values extends readonly number[]>(
  rule: NumberRule & OptionText & { readonly count?: number },
): Option<Values> => ({
  read: (text) => text.split(/[,x ]+/).map(readNumber) as unknown as Values, // counted by `allows`
  ...rule,
  allows: (values) =>
    Array.isArray(values) &&
    (rule.count === undefined ? values.length > 0 : values.length === rule.count) &&
    values.every((x) => allows(rule, x)),
});

/** One of a few words. */
export const word = <const Word extends string>(
  choices: readonly Word[],
  text: OptionText & { readonly default?: NoInfer<Word> },
): Option<Word> => ({
  rule: `must be one of ${choices.join(", ")}`,
  choices,
  read: (written) => written as Word, // looked up by `allows`
  ...text,
  allows: (value) => choices.includes(value),
});

/** Any text, read by whoever is given it. */
export const text = (help: OptionText & { readonly rule?: string }): Option<string> => ({
  rule: "must be text",
  read: (written) => written,
  ...help,
  allows: (value) => typeof value === "string",
});

/** On or off, off by default. */
export const toggle = (help: OptionText): Option<boolean> & { readonly default: boolean } => ({
  rule: "must be true or false",
  ...help,
  default: false,
  allows: (value) => typeof value === "boolean",
});

/**
 * Says what is wrong with a value: `kerker.kTF: must be a positive wave vector in bohr⁻¹, got -1; 0.8 is usual`.
 *
 * @param name of the option.
 * @param found the value as it was written.
 */
export function brokenRule(
  name: string,
  { rule, choices = [] }: { readonly rule: string; readonly choices?: readonly string[] },
  found: string,
): string {
  const [first, ...remedy] = rule.split("; ");
  const unknown = found.match(/[\w-]+/g)?.find((each) => !choices.includes(each)) ?? "";
  return [`${name}: ${first}, got ${found}${didYouMean(unknown, choices)}`, ...remedy].join("; ");
}

/**
 * Fills in defaults and checks what was given.
 *
 * @param owner name of the function whose options they are, for messages: `kerker` makes `kerker.kTF: must be …`.
 * @param options numbers, or options of any kind.
 * @param given values by name; what is absent or undefined gets its default.
 * @throws OptionError naming the option, its rule, the value and the remedy.
 */
export function valuesOf<const Declared extends NumberOptions | Options>(
  owner: string,
  options: Declared,
  given: Given<Declared>,
): ValuesOf<Declared> {
  const values: Record<string, unknown> = {};
  const found: Readonly<Record<string, unknown>> = given;
  for (const [name, option] of Object.entries(options)) {
    const value = found[name] ?? option.default;
    const isAllowed =
      value === undefined || ("allows" in option ? option.allows(value) : allows(option, value as number));
    requireOption(isAllowed, owner, (named: OptionName) =>
      brokenRule(named(name), option, typeof value === "object" ? JSON.stringify(value) : `${value}`),
    );
    values[name] = value;
  }
  return values as never; // each was checked just now
}
