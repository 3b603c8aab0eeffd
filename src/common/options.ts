import { requireInput } from "./failure.ts";

/**
 * Rule and default of a numeric option of a function. Both are declared once, beside the function;
 * the job schema and the memory estimate read them from there.
 */
export interface NumberOption {
  /** Rule and remedy, as in messages: `must be a positive wave vector in bohr⁻¹; 0.8 is usual`. */
  readonly rule: string;
  readonly default: number;
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

export type NumberOptions = Readonly<Record<string, NumberOption>>;

/** Values of a set of options, none missing. */
export type ValuesOf<Options extends NumberOptions> = { readonly [Name in keyof Options]: number };

/** Returns whether an option may have the value `x`. */
export function allows(
  { isWhole, isUnbounded, above, atLeast, below, atMost }: NumberOption,
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

/**
 * Checks the values given and fills in defaults for the others.
 *
 * @param owner name of the function, for messages: `kerker` gives `kerker.kTF: must be …`.
 * @param given values by name; absent or undefined ones get their default.
 * @throws InputError naming the option, its rule, the value and the remedy.
 */
export function valuesOf<const Options extends NumberOptions>(
  owner: string,
  options: Options,
  given: { readonly [Name in keyof Options]?: number | undefined },
): ValuesOf<Options> {
  const values: Record<string, number> = {};
  for (const [name, option] of Object.entries(options)) {
    const value = given[name] ?? option.default;
    const [rule, ...remedy] = option.rule.split("; ");
    requireInput(allows(option, value), () =>
      [`${owner}.${name}: ${rule}, got ${value}`, ...remedy].join("; "),
    );
    values[name] = value;
  }
  return values as ValuesOf<Options>; // every name has a value by now
}
