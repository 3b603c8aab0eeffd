import { basename, resolve } from "node:path";
import { supercell } from "../../build/supercell.ts";
import { requireInput } from "../../common/failure.ts";
import { lengthText } from "../../common/length-text.ts";
import { isFile, readTextFrom, requireWritable } from "../../io/node-files.ts";
import { writeAtomically } from "../../io/whole-files.ts";
import { formatStructure, unwritten, WRITABLE } from "../../io/structures/structure-files.ts";
import { type SymmetricStructure, symmetricStructure } from "../../job/prepare/crystal.ts";
import { platformServices } from "../../job/prepare/platform.ts";
import { resolveStructure } from "../../job/prepare/structure.ts";
import { parseJob } from "../../job/schema/schema.ts";
import { formula, type StructureInFile } from "../../model/structure.ts";
import { SYMMETRY_TOLERANCE } from "../../model/symmetry.ts";
import { EXIT, type ExitCode, type Host } from "../host.ts";
import { symmetryText } from "../output/summary.ts";
import { reporter } from "../terminal/reporter.ts";
import { loadJob } from "../work/job-source.ts";
import { type NewOptions, tripleOf, writeNewJob } from "./new.ts";

export interface ConvertOptions extends ReadingOptions {
  readonly repeat?: string;
}

/** What may be insisted on where a structure file is refused. */
export interface ReadingOptions {
  readonly allowCloseAtoms?: boolean;
  readonly allowFormulaMismatch?: boolean;
}

/** Writes the structure of a file, or of a job, as another format. */
export async function convertCommand(
  from: string,
  to: string,
  options: ConvertOptions,
  host: Host,
): Promise<ExitCode> {
  const { structure, largestShift, symmetry } = await structureIn(from, options, host, SYMMETRY_TOLERANCE);
  const text = formatStructure(structure, to);
  const path = resolve(host.cwd, to);
  await requireWritable("OUT", path);
  await writeAtomically(path, [text]);
  reporter(host.stderr, "normal").warn([...structure.warnings, ...unwritten(structure, to)]);
  if (largestShift > 0) host.stderr.write(symmetryLine(symmetry, largestShift));
  host.stderr.write(`structure: ${to}, ${formula(structure)}\n`);
  return EXIT.ok;
}

/** Makes a job around the structure in a file: with smearing, which is right for metals and harmless elsewhere. */
export async function newFromCommand(
  file: string,
  options: NewOptions & ReadingOptions,
  host: Host,
): Promise<ExitCode> {
  const { structure, largestShift, symmetry } = await structureIn(file, options, host, FILE_TOLERANCE);
  reporter(host.stderr, "normal").warn(structure.warnings);
  host.stderr.write(symmetryLine(symmetry, largestShift));
  return writeNewJob(
    structure,
    { title: `${formula(structure)}, ${basename(file)}`, isMetal: true },
    options,
    host,
  );
}

/** How far atoms of files may be from symmetric places for a new job [bohr]: what five decimals leave in cells of up to 100 bohr. */
const FILE_TOLERANCE = 1e-3;

/** The structure of a structure file, a job file or a shipped job, with its symmetry made exact. */
async function structureIn(
  name: string,
  options: ConvertOptions,
  host: Host,
  tolerance: number,
): Promise<SymmetricStructure<StructureInFile>> {
  const isJob = /\.(json|toml)$/i.test(name) || !(await isFile(resolve(host.cwd, name)));
  const asGiven = isJob ? await structureOfJob(name, host) : await structureOfFile(name, options, host);
  const analyse = await (await platformServices()).analyseSymmetry();
  const { structure, ...report } = symmetricStructure(asGiven, analyse, tolerance);
  const { repeat } = options;
  if (repeat === undefined) return { structure, ...report };
  const times = tripleOf("--repeat", repeat);
  const { charge, warnings } = structure;
  const repeated = {
    ...supercell(structure, times),
    ...(charge === undefined ? {} : { charge: charge * times[0] * times[1] * times[2] }),
    warnings,
  };
  return { structure: repeated, ...report };
}

/** `symmetry: Fd-3m (227), 48 operations; …`. */
function symmetryLine(
  symmetry: SymmetricStructure<StructureInFile>["symmetry"],
  largestShift: number,
): string {
  const group = symmetryText({ symmetry }) ?? "unknown";
  const moved =
    largestShift > 0
      ? `; atoms or lattice vectors were moved to it by at most ${lengthText(largestShift)}`
      : "";
  return `symmetry: ${group}${moved}\n`;
}

const structureOfFile = (
  file: string,
  { allowCloseAtoms, allowFormulaMismatch }: ReadingOptions,
  host: Host,
): Promise<StructureInFile> =>
  resolveStructure({ structure: { file, allowCloseAtoms, allowFormulaMismatch } }, readTextFrom(host.cwd));

async function structureOfJob(name: string, host: Host): Promise<StructureInFile> {
  requireInput(
    name !== "-",
    () =>
      `IN: must be a structure file or a job, got -; formats are told by their names, such as ${WRITABLE}`,
  );
  const source = await loadJob(name, host, "IN");
  const job = parseJob(source.value);
  const structure = await resolveStructure(job, readTextFrom(source.folder));
  return { ...structure, ...(job.charge === undefined ? {} : { charge: job.charge }) };
}
