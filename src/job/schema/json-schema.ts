import * as z from "zod";
import { jobSchema } from "./schema.ts";

/**
 * What a field must be, in the words of its error message: they say meaning, unit and what is
 * usual.
 */
function ruleOf(schema: z.core.$ZodType): string | undefined {
  const { error } = schema._zod.def;
  // Ours look at the code alone.
  const rule = error?.({ code: "invalid_type", expected: "unknown", input: undefined } as never);
  if (typeof rule === "string" && rule.startsWith("must be")) return rule.replace(/^must be /, "");
  // What may be null or has a default.
  const { innerType } = schema._zod.def as { readonly innerType?: z.core.$ZodType };
  return innerType === undefined ? undefined : ruleOf(innerType);
}

/**
 * The JSON Schema of job files, for editors: completes fields, shows what they mean, marks what is
 * not allowed. What fields mean to each other is checked when a job is run.
 */
export function jobJsonSchema(): object {
  const schema = z.toJSONSchema(jobSchema, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      const rule = ruleOf(zodSchema);
      if (rule !== undefined && jsonSchema.description === undefined) jsonSchema.description = rule;
    },
  });
  return { ...schema, title: "Stillwave job" };
}
