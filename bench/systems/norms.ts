import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { mixingSchema, preconditionerOf } from "../../src/job/schema/mixings.ts";
import type { Accelerator } from "../../src/scf/accelerators/accelerator.ts";
import { anderson } from "../../src/scf/accelerators/anderson.ts";
import { densityMixing } from "../../src/scf/methods/density-mixing.ts";
import { scf } from "../../src/scf/scf.ts";
import { structure as aluminiumSlab } from "./aluminium-slab/structure.ts";
import {
  structure as galliumArsenide,
  PSEUDOPOTENTIALS as WITH_3D_CORE,
} from "./gallium-arsenide/structure.ts";

/**
 * What the norm of the energy and the guard do for Anderson acceleration, for docs/preconditioning-evidence.md: `npx tsx bench/systems/norms.ts`.
 * Steps until ‖F(ρ) − ρ‖ < 10⁻⁶ at damping 0.8 and the highest energy after the first step above the lowest.
 */
const METAL = { ecut: 7, kgrid: [2, 2, 1], temperature: 0.001, smearing: "gaussian" };
interface System {
  readonly title: string;
  readonly structure: object;
  readonly mixing: string;
  readonly pseudopotentials?: object;
}
const SYSTEMS: readonly System[] = [
  { title: "Al slab, 4 layers", structure: aluminiumSlab(4), mixing: "simple" },
  { title: "Al slab, 8 layers", structure: aluminiumSlab(8), mixing: "simple" },
  { title: "Al slab, 8 layers", structure: aluminiumSlab(8), mixing: "kerker" },
  { title: "GaAs, 4 cells", structure: galliumArsenide(4), mixing: "simple", pseudopotentials: WITH_3D_CORE },
];

/** Takes no notice of the norm it is given. */
const inPlainNorm = (accelerator: Accelerator): Accelerator => ({
  ...accelerator,
  next: (history, input, step, damping) => accelerator.next(history, input, step, damping),
});
const [free, guarded] = [anderson({ maxRise: Number.POSITIVE_INFINITY }), anderson()];
const ACCELERATORS = {
  "plain norm, no guard": inPlainNorm(free),
  "plain norm": inPlainNorm(guarded),
  "no guard": free,
  default: guarded,
};

async function run({ structure, mixing, pseudopotentials }: System, accelerator: Accelerator) {
  const job = {
    ...METAL,
    structure,
    pseudopotentials,
    scf: { maxIterations: 100 },
  };
  const preconditioner = preconditionerOf(mixingSchema.parse({ name: mixing }));
  const { problem, options } = await prepareScf(job);
  const steps = scf(problem, { ...options, method: densityMixing({ preconditioner, accelerator }) });
  for (;;) {
    const next = await steps.next();
    if (!next.done) continue;
    const { last, reason } = next.value;
    return {
      steps: reason === "converged" ? `${last.row.step}` : `> ${last.row.step}`,
      energies: last.state.history.map(({ energy }) => energy),
    };
  }
}

console.log(`| system | mixing | ${Object.keys(ACCELERATORS).join(" | ")} |\n|---|---|---|---|---|---|`);
for (const system of SYSTEMS) {
  const runs = [];
  for (const accelerator of Object.values(ACCELERATORS)) runs.push(await run(system, accelerator));
  const lowest = Math.min(...runs.flatMap(({ energies }) => energies));
  const cells = runs.map(
    ({ steps, energies }) => `${steps} (${(Math.max(...energies.slice(1)) - lowest).toPrecision(2)} Ha)`,
  );
  console.log(`| ${system.title} | ${system.mixing} | ${cells.join(" | ")} |`);
}
