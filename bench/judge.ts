import { requireInput } from "../src/common/failure.ts";
import type { Measurement } from "./harness/case.ts";
import { command } from "./harness/command.ts";
import { readResult } from "./harness/result-file.ts";

/** Runs of one program on one machine scatter by about this much in their minima. */
const NOISE = 0.1;

const keyOf = (m: Measurement): string => `${m.case} | ${m.variant} | ${m.backend}`;

/** Prints new/old of each measurement both files have; lines beyond the noise are marked. */
function judge(oldPath: string, newPath: string): void {
  const [before, after] = [readResult(oldPath), readResult(newPath)];
  for (const field of ["cpu", "node"] as const)
    if (before.machine[field] !== after.machine[field])
      console.log(`careful: ${field} differs, ${before.machine[field]} and ${after.machine[field]}`);
  for (const [path, { machine, clean }] of [
    [oldPath, before],
    [newPath, after],
  ] as const) {
    if (machine.load > 0.5)
      console.log(`careful: ${path} was measured on a busy machine, load ${machine.load}`);
    if (!clean) console.log(`careful: ${path} was measured with uncommitted changes`);
  }
  const known = new Map(before.results.map((m) => [keyOf(m), m]));
  const ratios: number[] = [];
  for (const now of after.results) {
    const then = known.get(keyOf(now));
    known.delete(keyOf(now));
    if (!then) {
      console.log(`  new        ${keyOf(now)}: ${now.min.toFixed(3)} ms`);
      continue;
    }
    const ratio = now.min / then.min;
    ratios.push(ratio);
    const verdict = ratio > 1 + NOISE ? "slower" : ratio < 1 / (1 + NOISE) ? "faster" : "";
    console.log(
      `${ratio.toFixed(3).padStart(7)} ${verdict.padEnd(7)} ${keyOf(now)}: ${then.min.toFixed(3)} → ${now.min.toFixed(3)} ms`,
    );
  }
  for (const key of known.keys()) console.log(`  missing    ${key}`);
  requireInput(
    ratios.length > 0,
    () => "judge: the files share no measurement; compare runs of the same cases",
  );
  const mean = Math.exp(ratios.reduce((sum, r) => sum + Math.log(r), 0) / ratios.length);
  console.log(`geometric mean of ${ratios.length} ratios: ${mean.toFixed(3)}`);
}

await command(() => {
  const [oldPath, newPath, ...rest] = process.argv.slice(2);
  requireInput(
    oldPath !== undefined && newPath !== undefined && rest.length === 0,
    () => "usage: npx tsx bench/judge.ts old.json new.json",
  );
  judge(oldPath, newPath);
});
