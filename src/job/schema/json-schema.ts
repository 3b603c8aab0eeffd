import * as z from "zod";
import { aimedJobSchema } from "./schema.ts";

/** The rule of a field as in its error message: meaning, unit and usual values. */
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
 * The JSON Schema of job files, for editors: completes fields and marks errors. Rules between
 * fields are checked when a job runs.
 */
export function jobJsonSchema(): object {
  const schema = z.toJSONSchema(aimedJobSchema, {
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      const rule = ruleOf(zodSchema);
      if (rule !== undefined && jsonSchema.description === undefined) jsonSchema.description = rule;
    },
  });
  return { ...schema, anyOf: [{ required: ["ecut"] }, { required: ["accuracy"] }], title: "Stillwave job" };
}
