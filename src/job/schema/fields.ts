import * as z from "zod";
import type { NumberOption, NumberOptions } from "../../common/options.ts";

/*
 * Building blocks of the job schema. Every message is "rule" or "rule; remedy"; `explain`
 * (issues.ts) puts field and value between them.
 */

/** An object that refuses unknown fields and names the allowed ones. */
export const fields = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) => {
      const names = Object.keys(shape).join(", ");
      return issue.code === "unrecognized_keys" ? names : `must be an object; its fields are ${names}`;
    },
  });

/** An object told apart from its siblings by `name`. */
export const variant = <Name extends string, Shape extends z.core.$ZodLooseShape>(name: Name, shape: Shape) =>
  fields({ name: z.literal(name), ...shape });

type Variant = ReturnType<typeof variant<string, z.core.$ZodLooseShape>>;

/** One of several objects, told apart by their names. */
export const byName = <Variants extends readonly [Variant, ...Variant[]]>(variants: Variants) => {
  const names = variants.map((option) => option.shape.name.value).join(", ");
  return z.discriminatedUnion("name", variants, {
    error: (issue) =>
      issue.code === "invalid_union"
        ? names
        : `must be an object such as { "name": "${variants.at(-1)?.shape.name.value}" }; names are ${names}`,
  });
};

export const positiveNumber = (rule: string) => z.number({ error: rule }).positive();
export const wholeNumber = (rule: string, least: number) => z.int({ error: rule }).min(least);

/** A number by the rule of the function that takes it. */
export function ruled({ rule, isWhole, above, atLeast, below, atMost }: NumberOption) {
  let number: z.ZodNumber = isWhole === true ? z.int({ error: rule }) : z.number({ error: rule });
  if (above !== undefined) number = number.gt(above);
  if (atLeast !== undefined) number = number.gte(atLeast);
  if (below !== undefined) number = number.lt(below);
  if (atMost !== undefined) number = number.lte(atMost);
  return number;
}

/** The fields of a function's options, with its rules and defaults. */
export const numbers = <const Options extends NumberOptions>(options: Options) =>
  Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, ruled(option).default(option.default)]),
  ) as { [Name in keyof Options]: z.ZodDefault<z.ZodNumber> };

export const flag = () => z.boolean({ error: "must be true or false" });
export const text = (rule: string) => z.string({ error: rule }).min(1);

/** One of a list of words. */
export const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `must be one of ${words.join(", ")}` });

/** Three of the same. */
export const triple = <Item extends z.ZodType>(item: Item, rule: string) =>
  z.tuple([item, item, item], { error: rule });

export const finite = (rule: string) => z.number({ error: rule });
