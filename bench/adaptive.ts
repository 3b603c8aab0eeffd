import { molecule } from "../src/build/molecule.ts";
import { slab } from "../src/build/slab.ts";
import { InputError } from "../src/common/failure.ts";
import { mapVec } from "../src/common/vec3.ts";
import { bulk, type JobFile, newJob, runScf } from "../src/index.ts";
import type { ResultFile } from "../src/job/tasks/scf/result.ts";
import type { Structure } from "../src/model/structure.ts";
import { command } from "./harness/command.ts";

const USAGE = `npx tsx bench/adaptive.ts [SYSTEM …] [--accuracy 1meV/atom]
Asks for an accuracy and prints what was chosen, the estimated and the true error of the energy, and processor seconds: of the
adaptive run with all its rounds (of which the last alone), of a run at the settings that it found, begun anew, and of one at
twice their cutoff. The truth is the energy at twice the cutoff, and what 1.5 times the k-grid changes at the cutoff. Systems: `;

const METAL = { temperature: 0.01, smearing: "gaussian" } as const;
const WIDE = { temperature: 0.02, smearing: "gaussian" } as const;
/** Systems that are measured only where they are named. */
const LONG = ["Cu", "Fe"];
const magnetic = (structure: Structure, magneticMoment: number): Structure => ({
  ...structure,
  atoms: structure.atoms.map((atom) => ({ ...atom, magneticMoment })),
});
const SYSTEMS: Readonly<Record<string, () => JobFile>> = {
  Si: () => newJob(bulk("Si"), { isMetal: false }),
  C: () => newJob(bulk("C"), { isMetal: false }),
  GaAs: () => newJob(bulk("GaAs"), { isMetal: false, pseudopotentials: { Ga: "gth-lda-q3", As: "gth-lda" } }),
  MgO: () => newJob(bulk("MgO"), { isMetal: false, pseudopotentials: { Mg: "gth-lda-q2", O: "gth-lda" } }),
  NaCl: () => newJob(bulk("NaCl"), { isMetal: false }),
  Al: () => ({ ...newJob(bulk("Al")), ...METAL }),
  Mg: () => ({ ...newJob(bulk("Mg"), { pseudopotentials: "gth-lda-q2" }), ...METAL }),
  Na: () => ({ ...newJob(bulk("Na"), { pseudopotentials: "gth-lda-q1" }), ...METAL }),
  H2: () => newJob(molecule("H2", 10), { isMetal: false }),
  "Al slab": () => ({ ...newJob(slab("Al", { layers: 2, vacuum: 12 })), ...METAL }),
  // a minute and more each, run when they are named
  Cu: () => ({ ...newJob(bulk("Cu"), { pseudopotentials: "gth-lda-q11" }), ...WIDE }),
  Fe: () => ({
    ...newJob(magnetic(bulk("Fe"), 3), { pseudopotentials: "gth-lda-q8" }),
    ...WIDE,
    spin: "collinear",
  }),
};

const COLUMNS = [
  "system",
  "ecut (Ha)",
  "k-grid",
  "estimated (meV/atom)",
  "true",
  "rounds",
  "adaptive (s)",
  "its last run",
  "found settings",
  "steps",
  "adaptive / found",
  "twice the cutoff",
  "steps",
];
const MEV = 27211.386245981;
const cpu = ({ resources }: ResultFile): number => resources.cpuSeconds ?? resources.wallSeconds;

async function measure(name: string, accuracy: string): Promise<void> {
  const job = SYSTEMS[name]!();
  const found = await runScf(job, { accuracy });
  const { status, reason, settings, errors, rounds } = found.accuracy!;
  if (status !== "reached") return console.log(`| ${name} | ${status}: ${reason} |`);
  const { ecut, kgrid, densityTolerance } = settings;
  const at = (changes: Partial<JobFile>): Promise<ResultFile> =>
    runScf({
      ...job,
      ecut,
      kgrid: [...kgrid],
      scf: { tolerance: { density: densityTolerance } },
      ...changes,
    });
  const direct = await at({});
  const doubled = await at({ ecut: 2 * ecut });
  const [a, b, c] = mapVec(kgrid, (n) => (n > 1 ? Math.ceil(1.5 * n) : 1));
  const denser = `${[a, b, c]}` === `${kgrid}` ? direct : await at({ kgrid: [a, b, c] });
  const truth = doubled.energies.total + denser.energies.total - direct.energies.total;
  const atoms = found.forces!.length;
  const wrong = (MEV * Math.abs(found.energies.total - truth)) / atoms;
  const cells = [
    name,
    ecut,
    kgrid.join("×"),
    (MEV * errors.energy!.error!).toPrecision(3),
    wrong.toPrecision(3),
    rounds.length,
    cpu(found).toFixed(1),
    (rounds.at(-1)!.cpuSeconds ?? rounds.at(-1)!.seconds).toFixed(1),
    cpu(direct).toFixed(1),
    direct.iterations,
    (cpu(found) / cpu(direct)).toFixed(1),
    cpu(doubled).toFixed(1),
    doubled.iterations,
  ];
  console.log(`| ${cells.join(" | ")} |`);
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help")) return console.log(`${USAGE}${Object.keys(SYSTEMS).join(", ")}`);
  const at = args.indexOf("--accuracy");
  const accuracy = at < 0 ? "1meV/atom" : args[at + 1]!;
  const names = args.filter((_, i) => at < 0 || (i !== at && i !== at + 1));
  const unknown = names.find((name) => SYSTEMS[name] === undefined);
  if (unknown !== undefined)
    throw new InputError(`SYSTEM: must be one of ${Object.keys(SYSTEMS).join(", ")}, got ${unknown}`);
  await runScf(newJob(bulk("Si"), { ecut: 3, kgrid: [1, 1, 1], isMetal: false })); // compiles the kernels
  console.log(`| ${COLUMNS.join(" | ")} |\n|${"---|".repeat(COLUMNS.length)}`);
  for (const name of names.length > 0 ? names : Object.keys(SYSTEMS).filter((name) => !LONG.includes(name)))
    await measure(name, accuracy);
}

await command(() => main(process.argv.slice(2)));
