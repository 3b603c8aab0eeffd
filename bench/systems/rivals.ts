import { readFileSync } from "node:fs";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { mixingSchema, preconditionerOf } from "../../src/job/schema/mixings.ts";
import type { Accelerator } from "../../src/scf/accelerators/accelerator.ts";
import { anderson } from "../../src/scf/accelerators/anderson.ts";
import { damped } from "../../src/scf/accelerators/damped.ts";
import { densityMixing } from "../../src/scf/methods/density-mixing.ts";
import { scf } from "../../src/scf/scf.ts";
import { structure as aluminiumSlab } from "./aluminium-slab/structure.ts";
import { ediisSteps } from "./ediis.ts";
import {
  structure as galliumArsenide,
  PSEUDOPOTENTIALS as WITH_3D_CORE,
} from "./gallium-arsenide/structure.ts";

/**
 * Accelerators that are not kept, beside the one that is, for docs/preconditioning-evidence.md: `npx tsx bench/systems/rivals.ts [NAME …]`. Steps
 * until ‖F(ρ) − ρ‖ < 10⁻⁶, damping 0.8. The accelerators are objects that a user of the library could write; EDIIS, which has no preconditioner, is a loop of its own.
 */
const METAL = { ecut: 7, kgrid: [2, 2, 1], temperature: 0.001, smearing: "gaussian" };
const shipped = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../examples/${name}.json`, import.meta.url), "utf8")) as object;
const SYSTEMS: Readonly<Record<string, { readonly job: object; readonly mixings: readonly string[] }>> = {
  silicon: { job: shipped("silicon"), mixings: ["simple"] },
  "slab-4": { job: { ...METAL, structure: aluminiumSlab(4) }, mixings: ["ldos", "simple"] },
  "gallium-arsenide-2": {
    job: { ...METAL, structure: galliumArsenide(2), pseudopotentials: WITH_3D_CORE },
    mixings: ["simple"],
  },
};
const LIMIT = 60;

/**
 * Periodic Pulay: damped steps, every `period`th of them extrapolated by the history that all of them leave [BSP16]. The guard
 * against climbing energies is Anderson's.
 */
export function periodicPulay(period: number, inner: Accelerator = anderson()): Accelerator {
  let step = 0; // of the run; a run that is continued begins a new period
  const plain = damped();
  return {
    ...inner,
    name: `periodic Pulay, every ${period === 2 ? "second" : `${period}rd`} step`,
    next(history, input, change, damping) {
      const extrapolated = inner.next(history, input, change, damping);
      step++;
      return step % period === 0
        ? extrapolated
        : { input: plain.next([], input, change, damping).input, history: extrapolated.history };
    },
  };
}

const ACCELERATORS: readonly (() => Accelerator)[] = [
  damped,
  () => anderson(),
  () => periodicPulay(2),
  () => periodicPulay(3),
];

async function steps(job: object, mixing: string, accelerator: Accelerator): Promise<string> {
  const { problem, options } = await prepareScf(job);
  const preconditioner = preconditionerOf(mixingSchema.parse({ name: mixing }));
  const method = densityMixing({ preconditioner, accelerator });
  const iteration = scf(problem, { ...options, method, maxIterations: LIMIT });
  for (;;) {
    const next = await iteration.next();
    if (!next.done) continue;
    return next.value.reason === "converged" ? `${next.value.last.state.history.length}` : `> ${LIMIT}`;
  }
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SYSTEMS);
console.log(
  `| system | mixing | ${ACCELERATORS.map((make) => make().name).join(" | ")} | EDIIS |\n|---|---|${"---|".repeat(ACCELERATORS.length)}---|`,
);
for (const name of names) {
  const system = SYSTEMS[name];
  if (system === undefined)
    throw new Error(`NAME must be among ${Object.keys(SYSTEMS).join(", ")}, got ${name}`);
  const { problem } = await prepareScf(system.job);
  const ediis = (await ediisSteps(problem, 1e-6, LIMIT)) ?? `> ${LIMIT}`;
  for (const mixing of system.mixings) {
    const cells: string[] = [];
    for (const make of ACCELERATORS) cells.push(await steps(system.job, mixing, make()));
    console.log(`| ${name} | ${mixing} | ${cells.join(" | ")} | ${mixing === "simple" ? ediis : ""} |`);
  }
}
