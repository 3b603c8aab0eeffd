import { fileURLToPath } from "node:url";
import { requireInput } from "../src/common/failure.ts";
import { applyPotential } from "./cases/apply-potential.ts";
import { columns } from "./cases/columns.ts";
import { eigh } from "./cases/eigh.ts";
import { fft } from "./cases/fft.ts";
import { gemm } from "./cases/gemm.ts";
import { hamiltonian } from "./cases/hamiltonian.ts";
import { scf } from "./cases/scf.ts";
import { openBackends } from "./harness/backends.ts";
import type { Case, Measurement } from "./harness/case.ts";
import { command } from "./harness/command.ts";
import { commit, machine } from "./harness/machine.ts";
import { saveResult } from "./harness/result-file.ts";

const CASES: readonly Case[] = [fft, gemm, eigh, columns, applyPotential, hamiltonian, scf];

const USAGE = `npx tsx bench/run.ts [case ...] [--reference] [--no-save]
cases: ${CASES.map((c) => c.name).join(", ")} (all if none is named)
--reference  measures the plain TypeScript kernels too
--no-save    prints only; otherwise bench/results/<date>-<commit>.json is written`;

async function main(args: readonly string[]): Promise<void> {
  const flags = args.filter((a) => a.startsWith("-"));
  const names = args.filter((a) => !a.startsWith("-"));
  for (const name of names)
    requireInput(
      CASES.some((c) => c.name === name),
      () => `bench: no case ${name}\n${USAGE}`,
    );
  for (const flag of flags)
    requireInput(["--reference", "--no-save"].includes(flag), () => `bench: no option ${flag}\n${USAGE}`);

  const before = machine();
  const { backends, absent } = await openBackends(flags.includes("--reference"));
  console.log(`${before.cpu}, ${before.cores} cores, Node ${before.node}, load ${before.load}`);
  for (const { name, kernels } of backends) console.log(`${name}: ${JSON.stringify(kernels.features)}`);
  for (const [name, reason] of Object.entries(absent)) console.log(`${name}: not measured, ${reason}`);

  const results: Measurement[] = [];
  for (const one of CASES) {
    if (names.length > 0 && !names.includes(one.name)) continue;
    console.log(`\n${one.name}: ${one.why}`);
    await one.run(backends, (m) => {
      results.push(m);
      console.log(line(m));
    });
  }
  const mebibyte = 2 ** 20;
  const peakMemoryMiB = Object.fromEntries([
    ["process", process.resourceUsage().maxRSS / 1024],
    ...backends.map(({ name, kernels }) => [name, kernels.memory().peak / mebibyte]),
  ]) as Record<string, number>;
  console.log(
    `\npeak memory [MiB]: ${JSON.stringify(peakMemoryMiB, (_, v) => (typeof v === "number" ? Math.round(v) : v))}`,
  );
  if (flags.includes("--no-save")) return;
  const { hash, clean } = commit();
  const path = saveResult(fileURLToPath(new URL("results", import.meta.url)), {
    format: "stillwave-bench-1",
    date: new Date().toISOString(),
    commit: hash,
    clean,
    machine: before,
    features: Object.fromEntries(backends.map(({ name, kernels }) => [name, kernels.features])),
    absent,
    results,
    peakMemoryMiB,
  });
  console.log(`written: ${path}`);
}

function line(m: Measurement): string {
  const rate = m.gflops === undefined ? "" : ` ${m.gflops.toFixed(1)} Gflop/s`;
  const ratio = m.ratioToNative === undefined ? "" : ` ×${m.ratioToNative.toFixed(2)} of native`;
  const details = Object.entries(m.details ?? {}).map(
    ([key, value]) => ` ${key} ${Number(value.toPrecision(4))}`,
  );
  const times = `${m.min.toFixed(3)} ms (mean ${m.mean.toFixed(3)} ± ${m.std.toFixed(3)}, ${m.samples}×${m.callsPerSample})`;
  return `  ${`${m.case} ${m.variant}`.padEnd(40)} ${m.backend.padEnd(9)} ${times}${rate}${ratio}${details.join(",")}`;
}

await command(() => main(process.argv.slice(2)));
