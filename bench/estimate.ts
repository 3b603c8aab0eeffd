import { readdirSync, readFileSync } from "node:fs";
import { estimateJob } from "../src/job/estimate-job.ts";
import { runScf } from "../src/job/run-scf.ts";
import { enableRelaxedSimd } from "../src/kernels/wasm/enable-fma.ts";

/*
 * npx tsx bench/estimate.ts [JOB.json …]
 * What `stillwave estimate` says about jobs (default: those shipped) beside what they take on one thread: processor
 * seconds per step, so that other programs on the machine do not count.
 */
enableRelaxedSimd();

const shipped = readdirSync("examples").map((file) => `examples/${file}`);
const jobs = process.argv.length > 2 ? process.argv.slice(2) : shipped;
console.log(
  `${"job".padEnd(34)}${"estimate".padStart(10)}${"taken".padStart(10)}  s per step   ratio  steps`,
);
const ratios: number[] = [];
for (const file of jobs) {
  const job: unknown = JSON.parse(readFileSync(file, "utf8"));
  if ((job as { hamiltonian?: unknown }).hamiltonian !== undefined) continue; // nothing to iterate
  const { processorSecondsPerStep: estimate } = await estimateJob(job);
  let steps = 0;
  let began = 0;
  let ended = 0;
  const now = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  await runScf(job, {
    onProgress: () => {
      if (began === 0) began = now();
    },
    onStep: () => {
      steps++;
      ended = now();
    },
  });
  const taken = (ended - began) / steps;
  ratios.push(estimate / taken);
  console.log(
    `${file.padEnd(34)}${estimate.toPrecision(3).padStart(10)}${taken.toPrecision(3).padStart(10)}${(estimate / taken).toFixed(2).padStart(20)}${String(steps).padStart(7)}`,
  );
}
console.log(`ratios from ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`);
