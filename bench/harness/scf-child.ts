import { text } from "node:stream/consumers";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import type { BackendName } from "../../src/kernels/kernels.ts";

/** One ground state in a process of its own, so that its memory and its cold start are its own. */
export interface ScfAnswer {
  readonly milliseconds: number;
  readonly converged: boolean;
  readonly iterations: number;
  readonly hamiltonianApplications: number;
  /** Free energy [Ha]. */
  readonly energy: number;
  readonly peakMiB: number;
}

/** Reads { job, backend } from standard input, writes an ScfAnswer to standard output. */
const { job, backend } = JSON.parse(await text(process.stdin)) as { job: unknown; backend: BackendName };
const start = performance.now();
const { converged, iterations, history } = await runScf(job, { backend });
const answer: ScfAnswer = {
  milliseconds: performance.now() - start,
  converged,
  iterations,
  hamiltonianApplications: history.reduce((sum, row) => sum + row.hamiltonianApplications, 0),
  energy: history.at(-1)?.energy ?? Number.NaN,
  peakMiB: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(answer));
