import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { ldos } from "../../src/precond/ldos.ts";
import { densityMixing } from "../../src/scf/methods/density-mixing.ts";
import { type ScfOptions, scf } from "../../src/scf/scf.ts";
import { structure } from "./aluminium-slab/structure.ts";

/**
 * What a default is worth, on aluminium slabs, for docs/preconditioning-evidence.md: `npx tsx bench/systems/variants.ts [NAME …]`. Steps to
 * ‖F(ρ) − ρ‖ < 10⁻⁶ and the highest energy above the last one, with one default changed.
 */
interface Study {
  readonly layers: readonly number[];
  readonly columns: Readonly<Record<string, Partial<ScfOptions>>>;
}

const STUDIES: Readonly<Record<string, Study>> = {
  /** Width in which `ldos` counts states. */
  window: {
    layers: [4, 8, 12, 16],
    columns: Object.fromEntries(
      [0.01, 0.05, 0.1].map((width) => [
        `${width} Ha`,
        { method: densityMixing({ preconditioner: ldos({ width }) }) },
      ]),
    ),
  },
};

async function cell(layers: number, changed: Partial<ScfOptions>): Promise<string> {
  const { problem, options } = await prepareScf({
    structure: structure(layers),
    ecut: 7,
    kgrid: [2, 2, 1],
    temperature: 0.001,
    smearing: "gaussian",
  });
  const steps = scf(problem, { ...options, ...changed });
  for (;;) {
    const next = await steps.next();
    if (!next.done) continue;
    const energies = next.value.last.state.history.map(({ energy }) => energy);
    const highest = Math.max(...energies) - energies.at(-1)!;
    return `${next.value.reason === "converged" ? "" : "> "}${energies.length} (${highest.toPrecision(2)} Ha)`;
  }
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(STUDIES);
for (const name of names) {
  const study = STUDIES[name];
  if (study === undefined)
    throw new Error(`NAME must be among ${Object.keys(STUDIES).join(", ")}, got ${name}`);
  const headings = Object.keys(study.columns);
  console.log(`\n| layers | ${headings.join(" | ")} |\n|---${"|---".repeat(headings.length)}|`);
  for (const layers of study.layers) {
    const cells: string[] = [];
    for (const changed of Object.values(study.columns)) cells.push(await cell(layers, changed));
    console.log(`| ${layers} | ${cells.join(" | ")} |`);
  }
}
