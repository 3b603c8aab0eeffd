import { readFileSync } from "node:fs";
import { compareMixings } from "../../src/job/tasks/compare/compare.ts";
import { structure as interfaces } from "./aluminium-gallium-arsenide/structure.ts";
import { structure as aluminiumSlab } from "./aluminium-slab/structure.ts";
import { structure as galliumArsenide } from "./gallium-arsenide/structure.ts";

/**
 * Tables of steps for docs/preconditioning-evidence.md: `npx tsx bench/systems/run.ts NAME [SIZE …] [--ecut HA]`. Steps do not depend on the machine; seconds
 * do and are not shown.
 */
const SYSTEMS: Readonly<Record<string, (size: number) => object>> = {
  "aluminium-gallium-arsenide": interfaces,
  "aluminium-slab": aluminiumSlab,
  "gallium-arsenide": galliumArsenide,
};

interface Config {
  readonly title: string;
  /** What a size counts. */
  readonly what: string;
  readonly sizes: readonly number[];
  readonly mixings: readonly (string | { readonly name: string })[];
  readonly job: { readonly scf: object };
}

const args = process.argv.slice(2);
const at = args.indexOf("--ecut");
const ecut = at < 0 ? undefined : Number(args.splice(at, 2)[1]);
const [name = "", ...chosen] = args;
const structure = SYSTEMS[name];
if (structure === undefined)
  throw new Error(`NAME must be one of ${Object.keys(SYSTEMS).join(", ")}, got ${name}`);
const config = JSON.parse(readFileSync(new URL(`${name}/config.json`, import.meta.url), "utf8")) as Config;
const mixings = config.mixings.map((mixing) => (typeof mixing === "string" ? { name: mixing } : mixing));

console.log(`| ${config.what} | ${mixings.map((mixing) => mixing.name).join(" | ")} |`);
console.log(`|---${"|---".repeat(mixings.length)}|`);
for (const size of chosen.length > 0 ? chosen.map(Number) : config.sizes) {
  const cells: string[] = [];
  for (const mixing of mixings) {
    const { job } = config;
    const { runs, lowestEnergies } = await compareMixings(
      {
        ...job,
        ...(ecut === undefined ? {} : { ecut }),
        structure: structure(size),
        scf: { ...job.scf, mixing },
      },
      { mixings: [mixing.name] },
    );
    const run = runs[0]!; // one mixing, one size
    const highest = run.highestEnergy - lowestEnergies[0]!;
    process.stderr.write(
      `${size} ${mixing.name}: ${run.status}, ${run.iterations} steps, +${highest.toPrecision(2)} Ha at most\n`,
    );
    cells.push(run.stepsToTolerance === undefined ? `> ${run.iterations}` : `${run.iterations}`);
  }
  console.log(`| ${size} | ${cells.join(" | ")} |`);
}
