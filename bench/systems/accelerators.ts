import { readFileSync } from "node:fs";
import { random } from "../../src/common/random.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { asRealField, type RealField, sumReal } from "../../src/kernels/fields.ts";
import type { ScfProblem } from "../../src/scf/scf.ts";
import { scf } from "../../src/scf/scf.ts";
import type { HistoryRow } from "../../src/scf/state.ts";
import { superpositionOfAtoms } from "../../src/state/guess.ts";
import { structure as aluminiumSlab } from "./aluminium-slab/structure.ts";
import {
  structure as galliumArsenide,
  PSEUDOPOTENTIALS as WITH_3D_CORE,
} from "./gallium-arsenide/structure.ts";

/**
 * Accelerators side by side for docs/preconditioning-evidence.md: `npx tsx bench/systems/accelerators.ts [NAME …]`. One row for each system and
 * mixing: diagonalisations until ‖F(ρ) − ρ‖ < 10⁻⁶, Hamiltonian applications in thousands, and the highest energy above the lowest
 * that any of them reached. None of these depends on the machine.
 */
const METAL = { ecut: 7, kgrid: [2, 2, 1], temperature: 0.001, smearing: "gaussian" };
const example = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../examples/${name}.json`, import.meta.url), "utf8")) as object;
const PBE = { functional: "pbe", pseudopotentials: "gth-pbe" };

interface System {
  readonly title: string;
  readonly job: object;
  readonly mixings: readonly string[];
  /** Uniform noise up to this on every value of the starting density [bohr⁻³]. */
  readonly noise?: number;
}

const SYSTEMS: Readonly<Record<string, System>> = {
  silicon: { title: "silicon", job: example("silicon"), mixings: ["simple"] },
  "slab-4": {
    title: "Al slab, 4 layers",
    job: { ...METAL, structure: aluminiumSlab(4) },
    mixings: ["simple", "ldos"],
  },
  "slab-8": {
    title: "Al slab, 8 layers",
    job: { ...METAL, structure: aluminiumSlab(8) },
    mixings: ["simple", "ldos"],
  },
  "gallium-arsenide": {
    title: "GaAs, 4 cells, noise",
    job: {
      ecut: 7,
      kgrid: [2, 2, 1],
      structure: galliumArsenide(4),
      pseudopotentials: WITH_3D_CORE,
    },
    mixings: ["simple"],
    noise: 1e-2,
  },
  iron: {
    title: "Fe, PBE, 60 Ha",
    job: { ...example("iron"), ...PBE, kgrid: [3, 3, 3] },
    mixings: ["simple", "ldos"],
  },
  chromium: {
    title: "Cr, antiferromagnetic, PBE, 40 Ha",
    job: { ...example("chromium"), ...PBE, ecut: 40, kgrid: [3, 3, 3] },
    mixings: ["simple", "ldos"],
  },
};

const ACCELERATORS = ["none", "anderson", "adaptive-damping"];
const LIMIT = 100;

interface Run {
  readonly converged: boolean;
  readonly history: readonly HistoryRow[];
}

async function run({ job, noise }: System, mixing: string, accelerator: string): Promise<Run> {
  const prepared = await prepareScf({
    ...job,
    scf: { mixing: { name: mixing }, accelerator: { name: accelerator }, damping: 0.8, maxIterations: LIMIT },
  });
  const steps = scf(
    noise === undefined ? prepared.problem : withNoise(prepared.problem, noise),
    prepared.options,
  );
  for (;;) {
    const next = await steps.next();
    if (!next.done) continue;
    return { converged: next.value.reason === "converged", history: next.value.last.state.history };
  }
}

/** The start that [HL21] give their bulk systems: noise of one sign, scaled back to the number of electrons. */
function withNoise(problem: ScfProblem, size: number): ScfProblem {
  const { model, grid } = problem.basis;
  const { uniform } = random(1);
  const rough = superpositionOfAtoms(model, grid).map((x) => x + size * uniform()) as RealField;
  const factor = model.electrons / (grid.dvol * sumReal(rough));
  return { ...problem, startDensity: asRealField(rough.map((x) => factor * x)) };
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(SYSTEMS);
console.log(
  `| system | mixing | ${ACCELERATORS.join(" | ")} |\n|---|---|${"---|".repeat(ACCELERATORS.length)}`,
);
for (const name of names) {
  const system = SYSTEMS[name];
  if (system === undefined)
    throw new Error(`NAME must be among ${Object.keys(SYSTEMS).join(", ")}, got ${name}`);
  for (const mixing of system.mixings) {
    const runs: Run[] = [];
    for (const accelerator of ACCELERATORS) runs.push(await run(system, mixing, accelerator));
    const lowest = Math.min(...runs.flatMap(({ history }) => history.map(({ energy }) => energy)));
    const cells = runs.map(({ converged, history }) => {
      const thousands = history.reduce((sum, row) => sum + row.hamiltonianApplications, 0) / 1000;
      const after = history.slice(1).map(({ energy }) => energy - lowest);
      return `${converged ? history.length : `> ${history.length}`} (${thousands.toPrecision(2)}; ${Math.max(...after).toPrecision(2)} Ha)`;
    });
    console.log(`| ${system.title} | ${mixing} | ${cells.join(" | ")} |`);
  }
}
