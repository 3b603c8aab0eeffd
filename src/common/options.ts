import { type OptionName, requireOption } from "./failure.ts";
import { didYouMean } from "./text/nearest.ts";

/** A rule for a number. */
export interface NumberRule {
  /** Rule and remedy, as in messages: `must be a positive wave vector in bohr⁻¹; 0.8 is usual`. */
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
 * Rule and default of a numeric option of a function. Both are declared once, beside the function;
 * the job schema and the memory estimate read them from there.
 */
export interface NumberOption extends NumberRule {
  readonly default: number;
}

export type NumberOptions = Readonly<Record<string, NumberOption>>;

/** Text and spelling of an option on a command line. */
export interface OptionText {
  /** Meaning in one line; `{default}` is the default. Absent: not offered on command lines. */
  readonly help?: string;
  /** Placeholder of the value in help: `HA`. */
  readonly value?: string;
  /** Its flag, where that is not its name with hyphens: `k` of `kpoints`. */
  readonly flag?: string;
  /** A letter that stands for the flag: `q`. */
  readonly short?: string;
  /** False: help does not list the words that it may be. */
  readonly isListed?: false;
  /** Whether it may be given several times; what is read has a line for each. */
  readonly isRepeated?: true;
}

/** An option of a task or command: rule, text and reading of the words of a command line. */
export interface Option<Value> extends OptionText {
  /** Rule and remedy, as in messages. */
  readonly rule: string;
  readonly allows: (value: Value) => boolean;
  /** Reads a word; absent for a switch. What it makes of a wrong word breaks the rule. */
  readonly read?: (text: string) => Value;
  readonly default?: Value;
  /** Words allowed. */
  readonly choices?: readonly string[];
  /** Of a file to write: how its name may end, such as `.svg`; anything where there are none. */
  readonly endings?: readonly string[];
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

/** Tells whether a number obeys its rule. */
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

/** Several numbers under the same rule: as many as `count`, or any number of them. */
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
 * Returns the fault of a value: `kerker.kTF: must be a positive wave vector in bohr⁻¹, got -1; 0.8
 * is usual`.
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
 * Checks the values given and fills in defaults for the others.
 *
 * @param owner name of the function, for messages: `kerker` gives `kerker.kTF: must be …`.
 * @param options numbers, or options of any kind.
 * @param given values by name; absent or undefined ones get their default.
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
