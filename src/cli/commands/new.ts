import { basename, resolve } from "node:path";
import { bulk } from "../../build/bulk.ts";
import { CRYSTALS, crystalShape, isMetallic } from "../../build/crystals.ts";
import { MOLECULE_NAMES, molecule } from "../../build/molecule.ts";
import { sheet } from "../../build/sheet.ts";
import { slab } from "../../build/slab.ts";
import { supercell } from "../../build/supercell.ts";
import {
  type Given,
  number,
  numbers,
  type Option,
  type Options,
  text,
  toggle,
  word,
} from "../../common/options.ts";
import { BOHR_PER_ANGSTROM } from "../../common/units.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { jobText } from "../../io/job-json.ts";
import { READABLE } from "../../io/structures/structure-files.ts";
import { writeAtomically } from "../../io/whole-files.ts";
import { newJob } from "../../job/new-job.ts";
import { FILE_TOLERANCE } from "../../job/prepare/crystal.ts";
import { formula, type Structure } from "../../model/structure.ts";
import { type Call, type CliCommand, type CommandBody, command } from "../command.ts";
import { EXIT, type ExitCode } from "../host.ts";
import { output, requireOutputs } from "../output/outputs.ts";
import { reporter } from "../terminal/reporter.ts";
import { pseudopotentialsOf, takenText } from "../work/new-pseudopotentials.ts";
import { READING_OPTIONS, REPEAT, structureIn, symmetryLine } from "../work/structure-source.ts";

const aNumber = (value: string, help: string) => number({ rule: "must be a number", value, help });
const length = (help: string) => aNumber("LENGTH", help);

/** What every new job may be told. */
const JOB_OPTIONS = {
  repeat: REPEAT,
  units: word(["angstrom", "bohr"], {
    help: "unit of every length here and in the job",
    value: "NAME",
    default: "angstrom",
  }),
  functional: word(["lda", "pbe"], {
    help: "functional, with pseudopotentials made for it",
    value: "NAME",
    default: "lda",
  }),
  pseudopotentials: text({
    help: "shipped family or entry, such as gth-lda-q1 or Cu=gth-lda-q1,O=gth-lda (stillwave info lists them)",
    value: "NAME",
  }),
  ecut: aNumber("HA", "plane-wave cutoff (default from the pseudopotentials)"),
  kgrid: numbers<Vec3>({
    rule: "must be three whole numbers such as 2,2,1",
    count: 3,
    isWhole: true,
    help: "k-points (default from the cell)",
    value: "N,N,N",
  }),
  moment: aNumber("MUB", "initial magnetic moment of every atom; makes the run spin-polarised"),
  out: output("write the job instead of printing it"),
};

const crystal = word(CRYSTALS, { help: "crystal structure instead of the element's own", value: "NAME" });
const a = length("lattice constant instead of the measured one");

/** A structure with its title, and whether it is a metal. */
interface Built {
  readonly structure: Structure & { readonly charge?: number };
  readonly title: string;
  readonly isMetal: boolean;
}

/** Declares a command that builds a structure from a name. */
const builder = <const Own extends Options>(
  declared: Pick<CliCommand, "name" | "description" | "examples"> & {
    readonly argument: string;
    readonly options: Own;
    /** @param unit that of lengths [bohr]. */
    readonly build: (name: string, options: Given<Own>, unit: number) => Built;
  },
): CliCommand => {
  const { name, description, examples, argument, options: own, build } = declared;
  const body = command({
    args: [{ name: "<NAME>", help: argument }],
    options: { ...own, ...JOB_OPTIONS } as Own & typeof JOB_OPTIONS,
    examples,
    run: (call) => {
      const options: Given<typeof JOB_OPTIONS> = call.options;
      const { structure, title, isMetal } = build(
        call.args[0]!,
        call.options,
        options.units === "bohr" ? 1 : BOHR_PER_ANGSTROM,
      );
      if (options.repeat === undefined) return writeNewJob({ structure, title, isMetal }, call);
      const repeated = supercell(structure, options.repeat);
      return writeNewJob({ structure: repeated, title: `${title}, ${formula(repeated)}`, isMetal }, call);
    },
  });
  return { name, description, ...body };
};

const times = (unit: number, value: number | undefined) => (value === undefined ? undefined : unit * value);

const newBulk = builder({
  name: "bulk",
  description: "a perfect crystal",
  argument: "an element or a compound of two, such as Al, GaAs or TiO2",
  options: {
    crystal,
    a,
    c: length("height of the hexagonal or tetragonal cell"),
    conventional: toggle({ help: "the cubic cell instead of the primitive one" }),
  },
  examples: [
    ["stillwave new bulk Al", "one atom in its primitive cell"],
    ["stillwave new bulk Si --conventional --repeat 2,1,1", "two cubes of eight atoms"],
    ["stillwave new bulk Fe --moment 2.2", "a magnet"],
    ["stillwave new bulk Ga --crystal fcc --a 4.3", "a lattice constant of your own, in angstrom"],
  ],
  build(name, { conventional, ...options }, unit) {
    const choice = { crystal: options.crystal, a: times(unit, options.a), c: times(unit, options.c) };
    const { crystal: shape } = crystalShape(name, choice);
    return {
      structure: bulk(name, { ...choice, conventional }),
      title: `${shape} ${name}`,
      isMetal: isMetallic(shape, name),
    };
  },
});

const newSlab = builder({
  name: "slab",
  description: "a slab with vacuum, z along the surface normal",
  argument: "a cubic crystal, such as Al or GaAs",
  options: {
    layers: aNumber("N", "atomic layers (default 4)"),
    vacuum: length("distance between the surfaces of neighbouring slabs (default 10 angstrom)"),
    face: {
      rule: "must be three Miller indices such as 111 or 1,-1,0",
      help: "Miller indices such as 111 or 1,-1,0 (default 100)",
      value: "HKL",
      read: (written) => written,
      allows: (written) => /^[-\d,\s]+$/.test(written) && indicesOf(written).length === 3,
    } satisfies Option<string>,
    crystal,
    a,
  },
  examples: [
    ["stillwave new slab Al --layers 10 --vacuum 20", "aluminium (100), 20 angstrom of vacuum"],
    ["stillwave new slab Cu --face 111 --repeat 2,2,1", "a larger cell of the (111) surface"],
    ["stillwave new slab Si --face 111 --layers 6", "silicon (111) as cut"],
    ["stillwave new slab Na --layers 6 --vacuum 30 --units bohr", "lengths in bohr"],
  ],
  build(name, { layers = 4, face = "100", ...options }, unit) {
    const choice = { crystal: options.crystal, a: times(unit, options.a) };
    const { crystal: shape } = crystalShape(name, choice);
    const vacuum = times(unit, options.vacuum) ?? 10 * BOHR_PER_ANGSTROM;
    return {
      // Three, by its rule.
      structure: slab(name, { ...choice, face: indicesOf(face) as unknown as Vec3, layers, vacuum }),
      title: `${shape} ${name}(${face}) slab, ${layers} layers and vacuum`,
      // Broken bonds have states in the gap.
      isMetal: isMetallic(shape, name) || shape === "diamond" || shape === "zincblende",
    };
  },
});

const newSheet = builder({
  name: "sheet",
  description: "one layer of graphite or alike, with vacuum",
  argument: "C for graphene, BN for boron nitride; others with --a",
  options: { a, vacuum: length("distance of neighbouring layers (default 12 angstrom)") },
  examples: [
    ["stillwave new sheet C", "graphene"],
    ["stillwave new sheet BN --vacuum 15 --functional pbe", "boron nitride, 15 angstrom to the next copy"],
  ],
  build: (name, { a: constant, vacuum }, unit) => ({
    structure: sheet(name, {
      a: times(unit, constant),
      vacuum: times(unit, vacuum) ?? 12 * BOHR_PER_ANGSTROM,
    }),
    title: name === "C" ? "graphene" : `sheet of ${name}`,
    isMetal: name !== "BN",
  }),
});

const newMolecule = builder({
  name: "molecule",
  description: "a small molecule in a box",
  argument: `one of ${MOLECULE_NAMES.join(", ")}`,
  options: { vacuum: length("distance between neighbouring molecules (default 6 angstrom)") },
  examples: [["stillwave new molecule H2O --vacuum 8 --functional pbe", "8 angstrom to the next copy"]],
  build: (name, { vacuum }, unit) => ({
    structure: molecule(name, times(unit, vacuum) ?? 6 * BOHR_PER_ANGSTROM),
    title: `${name} molecule in a box`,
    isMetal: false,
  }),
});

/** Makes a job from a structure file, with smearing: needed for metals, harmless for others. */
const newFrom: CliCommand = {
  name: "from",
  description: "a job around the structure in a file",
  ...command({
    args: [{ name: "<FILE>", help: `a structure: ${READABLE}` }],
    options: {
      ...READING_OPTIONS,
      box: length("edge of a cube for a molecule in .xyz, where the file has no cell"),
      ...JOB_OPTIONS,
    },
    examples: [
      ["stillwave new from slab.cif --out slab.json", "a job to start from"],
      ["stillwave new from water.xyz --box 10", "a molecule at the middle of a cube of 10 angstrom"],
      ["stillwave new from POSCAR --repeat 2,2,1 --ecut 25", "copies, and another cutoff"],
    ],
    async run(call) {
      const { options, host } = call;
      const file = call.args[0]!;
      const unit = options.units === "bohr" ? 1 : BOHR_PER_ANGSTROM;
      const box = times(unit, options.box);
      const found = await structureIn(file, { ...options, box }, host, FILE_TOLERANCE);
      const { structure } = found;
      reporter(host.stderr, "normal").warn(structure.warnings);
      host.stderr.write(symmetryLine(found));
      return writeNewJob(
        { structure, title: `${formula(structure)}, ${basename(file)}`, isMetal: box === undefined },
        call,
        options.allowCloseAtoms,
      );
    },
  }),
};

/** Prints or writes a job for a built structure that runs as it is and can be edited. */
export const newJobs: CommandBody = {
  examples: [
    ["stillwave new bulk GaAs", "print a job for a crystal"],
    [
      "stillwave new slab Al --layers 10 --vacuum 20 --out al.json",
      "write one for a slab, lengths in angstrom",
    ],
    ["stillwave new sheet C", "graphene"],
    ["stillwave new molecule H2O", "a molecule in a box"],
    ["stillwave new from quartz.cif --functional pbe", "a job around a structure you have"],
  ],
  commands: [newBulk, newSlab, newSheet, newMolecule, newFrom],
};

/** The job around a structure to stdout or to `--out`. */
async function writeNewJob(
  { structure, title, isMetal }: Built,
  call: Call<typeof JOB_OPTIONS>,
  allowCloseAtoms?: boolean,
): Promise<ExitCode> {
  const { options, host } = call;
  const { units, functional, pseudopotentials, ecut, kgrid, moment, out } = options;
  const job = newJob(structure, {
    title,
    isMetal,
    units: units ?? "angstrom",
    functional: functional === "pbe" ? "pbe" : "lda-pw92",
    pseudopotentials: pseudopotentialsOf(pseudopotentials, structure),
    ecut,
    kgrid,
    allowCloseAtoms,
    moment,
  });
  await requireOutputs(JOB_OPTIONS, call);
  host.stderr.write(`pseudopotentials: ${takenText(job, structure)}; ecut ${job.ecut} Ha\n`);
  if (out === undefined) {
    host.stdout.write(jobText(job));
    return EXIT.ok;
  }
  const path = resolve(host.cwd, out);
  await writeAtomically(path, [jobText(job)]);
  host.stderr.write(`job: ${out}; run it with stillwave scf ${out}\n`);
  return EXIT.ok;
}

/** `111`, `1-10` or `1,-1,0`. */
const indicesOf = (written: string): number[] =>
  (written.includes(",") ? written.split(",") : (written.match(/-?\d/g) ?? []))
    .map(Number)
    .filter(Number.isInteger);
