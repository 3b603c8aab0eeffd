/**
 * Certifies twenty problems and has NumPy compute them again, with none of our code.
 *
 *   npx tsx bench/independent/run.ts [K-POINTS] [WORD]    needs python3-numpy; 5 k-points each by default
 *
 * WORD takes the problems whose name has it. Exits with 1 if a claim is violated, or nothing could be compared.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { levelsWithErrorBars } from "../../src/ground/error-bars.ts";
import { certificateLines } from "../../src/io/certificate/certificate-file.ts";
import { writeAtomically } from "../../src/io/whole-files.ts";
import { cases } from "./problems.ts";

execFileSync("python3", ["-c", "import numpy"]);
const [count = "5", word = ""] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "stillwave-independent-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const files: string[] = [];
for (const { name, problem, kpoints, bands, ecut } of cases(Number(count))) {
  if (!name.includes(word)) continue;
  const began = performance.now();
  const { certificate, failures } = await levelsWithErrorBars(problem, kpoints, bands, {
    ecut,
    backend: "wasm",
    threads: 2,
    certificate: true,
  });
  console.log(
    `${name.padEnd(34)} ${certificate!.points.length} k-points certified in ${((performance.now() - began) / 1000).toFixed(1)} s`,
  );
  for (const { k, reason } of failures) console.log(`  none at k = ${k}: ${reason}`);
  if (certificate!.points.length === 0) continue;
  const file = join(folder, `${files.length}.jsonl`);
  await writeAtomically(file, certificateLines({ title: name, ...certificate! }, certificate!.points));
  files.push(file);
}
const script = join(import.meta.dirname, "recompute.py");
process.exitCode =
  spawnSync("python3", [script, ...files], {
    stdio: "inherit",
    env: { ...process.env, OPENBLAS_NUM_THREADS: "1" }, // threads that wait by spinning starve each other
  }).status ?? 1;
