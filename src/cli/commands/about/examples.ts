import { requireInput } from "../../../common/failure.ts";
import { didYouMean } from "../../../common/text/nearest.ts";
import { command } from "../../command.ts";
import { EXIT } from "../../host.ts";
import { exampleNames, exampleText } from "../../work/shipped.ts";

/** Lists the shipped jobs, or prints the one named exactly as it lies in the package. */
export const examples = command({
  args: [{ name: "[NAME]", help: "the job to print" }],
  examples: [
    ["stillwave examples", "what there is"],
    ["stillwave examples silicon > job.json", "one as a file to change"],
  ],
  async run({ args: [name], host }) {
    const names = await exampleNames();
    if (name !== undefined) {
      requireInput(
        names.includes(name),
        () =>
          `NAME: must be a shipped job, got ${name}${didYouMean(name, names)}; shipped are ${names.join(", ")}`,
      );
      host.stdout.write(await exampleText(name));
      return EXIT.ok;
    }
    const width = Math.max(...names.map((each) => each.length)) + 2;
    for (const each of names) {
      const { title } = JSON.parse(await exampleText(each)) as { title?: string };
      host.stdout.write(`${each.padEnd(width)}${title ?? ""}\n`);
    }
    return EXIT.ok;
  },
});
