import { supercell } from "../src/build/supercell.ts";
import { InputError } from "../src/common/failure.ts";
import { bulk, type JobFile, runBands } from "../src/index.ts";
import type { Structure } from "../src/model/structure.ts";
import { command } from "./harness/command.ts";

const USAGE = `npx tsx bench/counted.ts [SYSTEM …]
Encloses the bands of frozen potentials at k = (1/4, 0.1, 0.05) with the default bands and width, and prints how many intervals
are proved, the least and the largest width, and processor seconds of everything beyond the ground state. Systems: `;

const K = [0.25, 0.1, 0.05] as const;
const job = (structure: Structure, rest: Omit<JobFile, "structure" | "kgrid">): JobFile => ({
  structure: structure as JobFile["structure"],
  kgrid: [1, 1, 1],
  ...rest,
});
const cell = (a: number, c: number, atoms: Structure["atoms"]): Structure => ({
  lattice: [[a, 0, 0], [0, a, 0], [0, 0, c]], // biome-ignore format: a matrix
  atoms,
});
const at = (element: string, ...positions: (readonly [number, number, number])[]): Structure["atoms"] =>
  positions.map((position) => ({ element, position }));
const FACES = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]] as const; // biome-ignore format: points
const CENTRES = [[0.5, 0.5, 0.5], [0.5, 0, 0], [0, 0.5, 0], [0, 0, 0.5]] as const; // biome-ignore format: points
const QUARTERS = FACES.map(([x, y, z]) => [x + 0.25, y + 0.25, z + 0.25] as const);
const silicon = (structure: Structure): JobFile =>
  job(structure, { pseudopotentials: "gth-lda", functional: "lda-pw92", ecut: 8 });
const oxide = (structure: Structure, metal: Record<string, string>): JobFile =>
  job(structure, {
    pseudopotentials: { ...metal, O: "gth-lda-q6" },
    functional: "lda-teter93",
    ecut: 20,
    scf: { tolerance: { density: 1e-4 } },
  });
const SYSTEMS: Readonly<Record<string, JobFile>> = {
  Si2: silicon(bulk("Si")),
  Si8: silicon(cell(10.263, 10.263, at("Si", ...FACES, ...QUARTERS))),
  Si16: { ...silicon(supercell(bulk("Si"), [2, 2, 2])), bands: 32 },
  MgO: oxide(bulk("MgO"), { Mg: "gth-lda-q2" }),
  Mg4O4: oxide(cell(7.96, 7.96, [...at("Mg", ...FACES), ...at("O", ...CENTRES)]), { Mg: "gth-lda-q2" }),
  Ti2O4: oxide(
    cell(8.68, 5.59, [
      ...at("Ti", [0, 0, 0], [0.5, 0.5, 0.5]),
      ...at("O", [0.305, 0.305, 0], [0.695, 0.695, 0], [0.195, 0.805, 0.5], [0.805, 0.195, 0.5]),
    ]),
    { Ti: "gth-lda-q4" },
  ),
  Fe2: job(cell(5.41595507685, 5.41595507685, at("Fe", [0, 0, 0], [0.5, 0.5, 0.5])), {
    pseudopotentials: "gth-lda-q8",
    ...{ functional: "lda-pw92", ecut: 20, temperature: 0.005, smearing: "gaussian" },
  }),
};

async function measure(name: string): Promise<void> {
  const seconds = async (errorBars: boolean) => {
    const before = process.cpuUsage();
    const { kpoints } = await runBands(SYSTEMS[name]!, { kpoints: [K], errorBars });
    const { user, system } = process.cpuUsage(before);
    return { levels: kpoints[0]!.bands, spent: (user + system) / 1e6 };
  };
  const plain = await seconds(false);
  const { levels, spent } = await seconds(true);
  const widths = levels.filter(({ guaranteed }) => guaranteed).map(({ lower, upper }) => upper! - lower!);
  const ends = widths.length > 0 ? [Math.min(...widths), Math.max(...widths)] : [];
  const text = ends.map((width) => width.toExponential(1)).join(" to ") || "-";
  console.log(
    `| ${name} | ${widths.length} of ${levels.length} | ${text} | ${(spent - plain.spent).toFixed(1)} |`,
  );
}

async function main(args: readonly string[]): Promise<void> {
  const known = Object.keys(SYSTEMS);
  if (args.includes("--help")) return console.log(`${USAGE}${known.join(", ")}`);
  const unknown = args.find((name) => SYSTEMS[name] === undefined);
  if (unknown !== undefined)
    throw new InputError(`SYSTEM: must be one of ${known.join(", ")}, got ${unknown}`);
  console.log("| system | proved | width (Ha) | seconds |\n|---|---|---|---|");
  for (const name of args.length > 0 ? args : known) await measure(name);
}

await command(() => main(process.argv.slice(2)));
