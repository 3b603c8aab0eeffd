import { resolve } from "node:path";
import { findGth, gthFamilyName } from "../../atoms/gth/gth-table.ts";
import { bulk } from "../../build/bulk.ts";
import { type CrystalName, crystalShape } from "../../build/crystals.ts";
import { molecule } from "../../build/molecule.ts";
import { slab } from "../../build/slab.ts";
import { supercell } from "../../build/supercell.ts";
import { InputError, requireInput } from "../../common/failure.ts";
import { BOHR_PER_ANGSTROM } from "../../common/units.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { jobText } from "../../io/job-json.ts";
import { requireWritable } from "../../io/node-files.ts";
import { writeAtomically } from "../../io/whole-files.ts";
import { newJob } from "../../job/new-job.ts";
import { pseudopotentialsText } from "../../job/prepare/pseudopotentials-in-use.ts";
import type { JobFile } from "../../job/schema/schema.ts";
import { formula, type Structure } from "../../model/structure.ts";
import { EXIT, type ExitCode, type Host } from "../host.ts";

/** Options of the `stillwave new` commands as they stand on the command line; lengths in `units`. */
export interface NewOptions {
  readonly crystal?: CrystalName;
  readonly a?: string;
  readonly c?: string;
  readonly conventional?: boolean;
  readonly face?: string;
  readonly layers?: string;
  readonly vacuum?: string;
  readonly repeat?: string;
  readonly units?: "angstrom" | "bohr";
  readonly functional?: "lda" | "pbe";
  readonly pseudopotentials?: string;
  readonly ecut?: string;
  readonly kgrid?: string;
  readonly moment?: string;
  readonly out?: string;
  readonly allowCloseAtoms?: boolean;
}

/** What `stillwave new` can build. */
export type NewKind = "bulk" | "slab" | "molecule";

/** Prints a job for a built structure, or writes it: one that runs as it is, and can be changed by hand. */
export async function newCommand(
  kind: NewKind,
  name: string,
  options: NewOptions,
  host: Host,
): Promise<ExitCode> {
  const { structure: one, crystal } = build(kind, name, options);
  const structure = options.repeat === undefined ? one : supercell(one, tripleOf("--repeat", options.repeat));
  const isMetal = crystal !== undefined && METALS.includes(crystal) && !RARE_GASES.includes(name);
  const title = `${titleOf(kind, name, options, crystal)}${one === structure ? "" : `, ${formula(structure)}`}`;
  return writeNewJob(structure, { title, isMetal }, options, host);
}

/** What the kind of crystal says about an element; it only sets smearing and the density of k-points. */
const METALS: readonly CrystalName[] = ["fcc", "bcc", "hcp"];
const RARE_GASES: readonly string[] = ["Ne", "Ar", "Kr", "Xe"];

/** The job around `structure` to stdout or to `--out`. */
export async function writeNewJob(
  structure: Structure & { readonly charge?: number },
  { title, isMetal }: { readonly title: string; readonly isMetal: boolean },
  options: NewOptions,
  host: Host,
): Promise<ExitCode> {
  const job = newJob(structure, {
    title,
    isMetal,
    units: options.units ?? "angstrom",
    functional: options.functional === "pbe" ? "pbe" : "lda-pw92",
    pseudopotentials: pseudopotentialsOf(options.pseudopotentials, structure),
    ecut: options.ecut === undefined ? undefined : numberOf("--ecut", options.ecut),
    kgrid: options.kgrid === undefined ? undefined : tripleOf("--kgrid", options.kgrid),
    allowCloseAtoms: options.allowCloseAtoms,
    moment: options.moment === undefined ? undefined : numberOf("--moment", options.moment),
  });
  host.stderr.write(`pseudopotentials: ${takenText(job, structure)}; ecut ${job.ecut} Ha\n`);
  if (options.out === undefined) {
    host.stdout.write(jobText(job));
    return EXIT.ok;
  }
  const path = resolve(host.cwd, options.out);
  await requireWritable("--out", path);
  await writeAtomically(path, [jobText(job)]);
  host.stderr.write(`job: ${options.out}; run it with stillwave scf ${options.out}\n`);
  return EXIT.ok;
}

/** Says which shipped entry a new job takes for each element. */
function takenText(job: JobFile, { atoms }: Structure): string {
  const { pseudopotentials: choice = {} } = job;
  const elements = [...new Set(atoms.map(({ element }) => element))];
  const taken = elements.map((element) => {
    const entry = findGth(element, typeof choice === "string" ? choice : choice[element]!);
    return [element, { name: gthFamilyName(entry), electrons: entry.charge }] as const;
  });
  return pseudopotentialsText(Object.fromEntries(taken));
}

/**
 * Reads `gth-pbe`, or `Cu=gth-lda-q1,O=gth-lda`.
 *
 * @throws InputError for an element that the structure has not, or one named twice.
 */
function pseudopotentialsOf(
  text: string | undefined,
  { atoms }: Structure,
): string | Record<string, string> | undefined {
  if (text === undefined || !text.includes("=")) return text;
  const pairs = text.split(",").map((part) => part.split("=").map((word) => word.trim()));
  const symbols = pairs.map(([symbol]) => symbol);
  for (const [symbol, entry, ...rest] of pairs)
    requireInput(
      Boolean(entry) &&
        rest.length === 0 &&
        atoms.some(({ element }) => element === symbol) &&
        symbols.indexOf(symbol) === symbols.lastIndexOf(symbol),
      () =>
        `--pseudopotentials: must name an entry for elements of ${formula({ atoms })}, got ${text}; such as gth-pbe or ${atoms[0]?.element}=gth-lda`,
    );
  return Object.fromEntries(pairs);
}

interface Built {
  readonly structure: Structure;
  readonly crystal?: CrystalName;
}

function build(kind: NewKind, name: string, options: NewOptions): Built {
  const unit = options.units === "bohr" ? 1 : BOHR_PER_ANGSTROM;
  const length = (option: "a" | "c" | "vacuum") => {
    const text = options[option];
    return text === undefined ? undefined : unit * numberOf(`--${option}`, text);
  };
  if (kind === "molecule") return { structure: molecule(name, length("vacuum") ?? 6 * BOHR_PER_ANGSTROM) };
  const choice = { crystal: options.crystal, a: length("a"), c: length("c") };
  const { crystal } = crystalShape(name, choice);
  if (kind === "bulk")
    return { crystal, structure: bulk(name, { ...choice, conventional: options.conventional }) };
  const layers = options.layers === undefined ? 4 : numberOf("--layers", options.layers);
  const vacuum = length("vacuum") ?? 10 * BOHR_PER_ANGSTROM;
  const face = options.face === undefined ? undefined : faceOf(options.face);
  return { crystal, structure: slab(name, { ...choice, face, layers, vacuum }) };
}

function titleOf(kind: NewKind, name: string, options: NewOptions, crystal: CrystalName | undefined): string {
  if (kind === "molecule") return `${name} molecule in a box`;
  if (kind === "bulk") return `${crystal} ${name}`;
  return `${crystal} ${name}(${options.face ?? "100"}) slab, ${options.layers ?? 4} layers and vacuum`;
}

export function numberOf(option: string, text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  requireInput(Number.isFinite(value), () => `${option}: must be a number, got ${text}`);
  return value;
}

/** `2,2,1` or `2x2x1`. */
export function tripleOf(option: string, text: string): Vec3 {
  const [x, y, z, ...rest] = text.split(/[,x ]+/).map((part) => (part === "" ? Number.NaN : Number(part)));
  if (
    x === undefined ||
    y === undefined ||
    z === undefined ||
    rest.length > 0 ||
    ![x, y, z].every(Number.isInteger)
  )
    throw new InputError(`${option}: must be three whole numbers such as 2,2,1, got ${text}`);
  return [x, y, z];
}

/** `111`, `1-10` or `1,-1,0`. */
function faceOf(text: string): Vec3 {
  const indices = text.includes(",") ? text.split(",").map(Number) : (text.match(/-?\d/g) ?? []).map(Number);
  const [h, k, l] = indices;
  const isFace = indices.length === 3 && indices.every(Number.isInteger) && /^[-\d,\s]+$/.test(text);
  requireInput(isFace, () => `--face: must be three Miller indices such as 111 or 1,-1,0, got ${text}`);
  return [h!, k!, l!]; // three, as just checked
}
