/**
 * Processor time and memory of ground states with complex and with real orbitals, one thread, in turn.
 *
 *   npx tsx bench/real-orbitals.ts [--backend NAME] [job.json …]
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runScf } from "../src/job/tasks/scf/run-scf.ts";
import type { BackendName } from "../src/kernels/kernels.ts";

const example = (name: string) => fileURLToPath(new URL(`../examples/${name}.json`, import.meta.url));
const { values, positionals } = parseArgs({
  options: { backend: { type: "string", default: "wasm" } },
  allowPositionals: true,
});
const paths =
  positionals.length > 0 ? positionals : ["silicon", "aluminium-slab", "gallium-arsenide"].map(example);

async function measure(path: string, realOrbitals: boolean) {
  const before = process.cpuUsage();
  const result = await runScf(
    { ...JSON.parse(readFileSync(path, "utf8")), realOrbitals },
    {
      threads: 1,
      backend: values.backend as BackendName,
      readText: async (name) => readFileSync(join(dirname(path), name), "utf8"),
    },
  );
  const { user, system } = process.cpuUsage(before);
  return { result, seconds: (user + system) / 1e6 };
}

await measure(example("silicon"), false); // compiles what both use
await measure(example("silicon"), true);
console.log("| job | steps | complex [s] | real [s] | ratio | energies differ by [Ha] |");
console.log("|---|---|---|---|---|---|");
for (const path of paths) {
  const [complex, real] = [await measure(path, false), await measure(path, true)];
  const difference = Math.abs(complex.result.energies.total - real.result.energies.total);
  const steps = `${complex.result.iterations}, ${real.result.iterations}`;
  console.log(
    `| ${path.split("/").at(-1)} | ${steps} | ${complex.seconds.toFixed(2)} | ${real.seconds.toFixed(2)} | ${(real.seconds / complex.seconds).toFixed(2)} | ${difference.toExponential(1)} |`,
  );
}
