import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { prepareScf } from "../src/job/prepare-scf.ts";
import type { Orbitals } from "../src/parallel/orbitals.ts";
import type { Iterate, Preconditioner } from "../src/precond/preconditioner.ts";
import { scf } from "../src/scf/scf.ts";

/**
 * What the mixing of the shipped jobs costs, as a share of the whole iteration: `npx tsx bench/ldos-share.ts [NAME …]`. Each job runs
 * in a process of its own, one thread, so that compilation counts as it does for a user. In the table:
 *
 *   states   what the local density of states adds to the density's pass over the orbitals (each pass is timed without it, too)
 *   bind     P at the iterate: the model on its grid, the long waves factorised
 *   solve    P⁻¹ of the residual
 */
const SMEARED = ["aluminium-slab", "aluminium-slab-10", "aluminium", "magnesium", "chromium", "iron"];

async function measure(name: string): Promise<string> {
  const job = JSON.parse(
    readFileSync(new URL(`../examples/${name}.json`, import.meta.url), "utf8"),
  ) as object;
  const { problem, options } = await prepareScf(job, { threads: 1 });
  const time = { states: 0, bind: 0, solve: 0 };
  /** Passes made only to be timed. */
  let idle = 0;
  const createOrbitals = async (nBands: number): Promise<Orbitals> => {
    const orbitals = await problem.createOrbitals(nBands);
    return {
      ...orbitals,
      async densities(sets, progress) {
        const began = performance.now();
        await orbitals.densities(sets.slice(0, 1));
        const alone = performance.now() - began;
        idle += alone;
        const result = await orbitals.densities(sets, progress);
        time.states += performance.now() - began - 2 * alone;
        return result;
      },
    };
  };
  const mixing = options.preconditioner as Preconditioner; // the jobs name none that must be awaited
  const preconditioner: Preconditioner = {
    ...mixing,
    async at(iterate: Iterate) {
      const began = performance.now();
      const apply = await mixing.at(iterate);
      time.bind += performance.now() - began;
      return (out, residual) => {
        const start = performance.now();
        apply(out, residual);
        time.solve += performance.now() - start;
      };
    },
  };
  const began = performance.now();
  const steps = scf({ ...problem, createOrbitals }, { ...options, preconditioner });
  for (;;) {
    const next = await steps.next();
    if (!next.done) continue;
    const total = performance.now() - began - idle;
    const { orbitals, last } = next.value;
    await orbitals.close();
    const share = (ms: number) => `${((100 * ms) / total).toFixed(1)} %`;
    const all = time.states + time.bind + time.solve;
    return `| ${name} | ${last.state.history.length} | ${(total / 1000).toFixed(2)} | ${share(time.states)} | ${share(time.bind)} | ${share(time.solve)} | ${share(all)} |`;
  }
}

const [flag, ...rest] = process.argv.slice(2);
if (flag === "--child") console.log(await measure(rest[0]!));
else {
  console.log(
    "| job | steps | seconds | states | bind | solve | ldos together |\n|---|---|---|---|---|---|---|",
  );
  for (const name of flag === undefined ? SMEARED : [flag, ...rest])
    spawnSync(process.execPath, [...process.execArgv, process.argv[1]!, "--child", name], {
      stdio: "inherit",
    });
}
