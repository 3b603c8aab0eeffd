import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Finding, fuzz } from "../test/fuzz/fuzz.ts";

/*
 * Wrong inputs by the thousand: `npm run fuzz -- --runs 20000 --seed 1`. What is neither read nor refused in one clear
 * line is printed and kept in the folder of `--keep`; `--only` names one kind of input.
 */
const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "4000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    only: { type: "string" },
    keep: { type: "string" },
  },
});
const began = performance.now();
/** Findings of one cause are told once. */
const causes = new Map<string, number>();
function tell({ index, target, name, text, fault }: Finding): void {
  const cause = `${target}: ${fault.split("\n").slice(0, 3).join(" ").replace(/\d+/g, "#").slice(0, 160)}`;
  causes.set(cause, (causes.get(cause) ?? 0) + 1);
  if (causes.get(cause)! > 1) return;
  console.log(`\n${target} ${index} (${name}): ${fault.split("\n").slice(0, 7).join("\n").slice(0, 1500)}`);
  if (values.keep === undefined) return;
  mkdirSync(values.keep, { recursive: true });
  writeFileSync(join(values.keep, `${target}-${index}-${name}`), text);
}
const { runs, seed, from } = values;
const findings = await fuzz({
  runs: Number(runs),
  seed: Number(seed),
  from: Number(from),
  only: values.only,
  onFinding: tell,
});
const seconds = (performance.now() - began) / 1000;
console.log(
  `${runs} mutated inputs of seed ${seed} in ${seconds.toFixed(0)} s: ${findings.length} findings of ${causes.size} causes`,
);
process.exitCode = findings.length === 0 ? 0 : 1;
