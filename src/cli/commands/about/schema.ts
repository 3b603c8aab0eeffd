import { command } from "../../command.ts";
import { EXIT } from "../../host.ts";

/** Prints the JSON Schema of job files. */
export const schema = command({
  examples: [
    ["stillwave schema > stillwave.schema.json", 'then "$schema": "stillwave.schema.json" in a job file'],
  ],
  async run({ host }) {
    const { jobJsonSchema } = await import("../../../job/schema/json-schema.ts");
    host.stdout.write(`${JSON.stringify(jobJsonSchema(), null, 1)}\n`);
    return EXIT.ok;
  },
});
