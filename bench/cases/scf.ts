import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Case } from "../harness/case.ts";
import { statistics } from "../harness/measure.ts";
import type { ScfAnswer } from "../harness/scf-child.ts";

/** The slab at Γ alone: nine k-points do nine times the same. */
const JOBS = [
  { variant: "silicon", file: "silicon.json", change: {}, runs: 3 },
  { variant: "aluminium slab, k = 0", file: "aluminium-slab-10.json", change: { kgrid: [1, 1, 1] }, runs: 1 },
] as const;

const CHILD = fileURLToPath(new URL("../harness/scf-child.ts", import.meta.url));

export const scf: Case = {
  name: "scf",
  why: "Whole ground states, planning and cold code included: what a user waits for.",
  run(backends, report) {
    const names = backends.map((b) => b.name).filter((name) => name === "wasm" || name === "native");
    for (const { variant, file, change, runs } of JOBS) {
      const text = readFileSync(new URL(`../../examples/${file}`, import.meta.url), "utf8");
      const job = { ...JSON.parse(text), ...change };
      const answers = new Map(names.map((name): [string, ScfAnswer[]] => [name, []]));
      for (let run = 0; run < runs; run++)
        for (const backend of names) {
          const input = JSON.stringify({ job, backend });
          const output = execFileSync(process.execPath, ["--import", "tsx", CHILD], {
            input,
            encoding: "utf8",
          });
          answers.get(backend)!.push(JSON.parse(output) as ScfAnswer);
        }
      const fastest = (name: string) => Math.min(...(answers.get(name) ?? []).map((a) => a.milliseconds));
      for (const [backend, given] of answers) {
        const { converged, iterations, hamiltonianApplications, energy, peakMiB } = given.at(-1)!;
        report({
          case: "scf",
          variant,
          backend,
          ...statistics(given.map((a) => a.milliseconds)),
          callsPerSample: 1,
          ...(answers.has("native") ? { ratioToNative: fastest(backend) / fastest("native") } : {}),
          details: { converged: Number(converged), iterations, hamiltonianApplications, energy, peakMiB },
        });
      }
    }
  },
};
