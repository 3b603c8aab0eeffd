import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Orbitals } from "../src/parallel/orbitals.ts";
import type { Preconditioner } from "../src/precond/preconditioner.ts";
import { threadTime } from "./harness/thread-clock.ts";

/*
 * npm run build && npx tsx bench/ldos-share.ts [--mixing NAME] [--rounds N] [JOB …]
 * What the mixing (default ldos) of the shipped jobs costs, as a share of the whole iteration: medians over rounds (default 5) of all
 * jobs in turn. Each run is that of the built code, as `stillwave scf` starts it, in a process of its own, so that code that is not
 * compiled yet counts as it does for a user. One thread, whose processor time is told: other programs do not count. In the table:
 *
 *   states   what the local densities of states add to the density's pass over the orbitals (each pass is timed without them, too)
 *   bind     P at the iterate: the model on its grid, the long waves factorised
 *   solve    P⁻¹ of the residual
 */
const SMEARED = ["aluminium-slab", "aluminium-slab-10", "aluminium", "magnesium", "chromium", "iron"];

interface Cost {
  readonly steps: number;
  readonly seconds: number;
  /** Parts of the time [%]. */
  readonly states: number;
  readonly bind: number;
  readonly solve: number;
}

const built = (path: string) => new URL(`../dist/${path}.js`, import.meta.url).href;

async function measure(name: string, mixing: string): Promise<Cost> {
  const { enableRelaxedSimd } = (await import(
    built("kernels/wasm/enable-fma")
  )) as typeof import("../src/kernels/wasm/enable-fma.ts");
  enableRelaxedSimd();
  const { prepareScf } = (await import(
    built("job/prepare/prepare-scf")
  )) as typeof import("../src/job/prepare/prepare-scf.ts");
  const { scf } = (await import(built("scf/scf"))) as typeof import("../src/scf/scf.ts");
  const { densityMixing } = (await import(
    built("scf/methods/density-mixing")
  )) as typeof import("../src/scf/methods/density-mixing.ts");
  const { mixingSchema, preconditionerOf } = (await import(
    built("job/schema/mixings")
  )) as typeof import("../src/job/schema/mixings.ts");

  const file = new URL(`../examples/${name}.json`, import.meta.url);
  const job = JSON.parse(readFileSync(file, "utf8")) as { scf: object };
  const { problem, options } = await prepareScf(
    { ...job, scf: { ...job.scf, mixing: { name: mixing } } },
    { threads: 1 },
  );
  const mixer = preconditionerOf(mixingSchema.parse({ name: mixing }));
  const time = { states: 0, bind: 0, solve: 0 };
  /** Passes made only to be timed. */
  let idle = 0;
  const createOrbitals: typeof problem.createOrbitals = async (nBands, operators): Promise<Orbitals> => {
    const orbitals = await problem.createOrbitals(nBands, operators);
    return {
      ...orbitals,
      async densities(sets, progress) {
        const began = threadTime();
        await orbitals.densities(sets.slice(0, 1));
        const alone = threadTime() - began;
        idle += alone;
        const result = await orbitals.densities(sets, progress);
        time.states += threadTime() - began - 2 * alone;
        return result;
      },
    };
  };
  const preconditioner: Preconditioner = {
    ...mixer,
    async at(iterate, states) {
      const began = threadTime();
      const apply = await mixer.at(iterate, states);
      time.bind += threadTime() - began;
      return (out, residual) => {
        const start = threadTime();
        void apply(out, residual); // none that must be awaited
        time.solve += threadTime() - start;
      };
    },
  };
  const began = threadTime();
  const steps = scf(
    { ...problem, createOrbitals },
    { ...options, method: densityMixing({ preconditioner }) },
  );
  for (;;) {
    const next = await steps.next();
    if (!next.done) continue;
    const total = threadTime() - began - idle;
    const share = (ms: number) => (100 * ms) / total;
    return {
      steps: next.value.last.state.history.length,
      seconds: total / 1000,
      states: share(time.states),
      bind: share(time.bind),
      solve: share(time.solve),
    };
  }
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
};

function compare(names: readonly string[], mixing: string, rounds: number): void {
  const runs = new Map(names.map((name): [string, Cost[]] => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, costs] of runs) {
      const words = [...process.execArgv, process.argv[1]!, "--child", name, "--mixing", mixing];
      costs.push(JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8" })) as Cost);
    }
  console.log(
    `| job | steps | seconds | states | bind | solve | ${mixing} together |\n|---|---|---|---|---|---|---|`,
  );
  const percent = (value: number) => `${value.toFixed(1)} %`;
  for (const [name, costs] of runs) {
    const of = (part: (cost: Cost) => number) => percent(median(costs.map(part)));
    const together = costs.map(({ states, bind, solve }) => states + bind + solve);
    const seconds = median(costs.map((cost) => cost.seconds)).toFixed(2);
    const parts = `${of((cost) => cost.states)} | ${of((cost) => cost.bind)} | ${of((cost) => cost.solve)}`;
    const range = `${Math.min(...together).toFixed(1)} to ${percent(Math.max(...together))}`;
    console.log(
      `| ${name} | ${costs[0]!.steps} | ${seconds} | ${parts} | ${percent(median(together))} (${range}) |`,
    );
  }
}

const { values, positionals } = parseArgs({
  options: {
    child: { type: "string" },
    mixing: { type: "string", default: "ldos" },
    rounds: { type: "string", default: "5" },
  },
  allowPositionals: true,
});
if (!existsSync("dist/index.js")) throw new Error("bench/ldos-share: run npm run build first");
if (values.child !== undefined) console.log(JSON.stringify(await measure(values.child, values.mixing)));
else compare(positionals.length > 0 ? positionals : SMEARED, values.mixing, Number(values.rounds));
