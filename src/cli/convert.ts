import { basename, resolve } from "node:path";
import { supercell } from "../build/supercell.ts";
import { requireInput } from "../common/failure.ts";
import { isFile, readTextFrom, requireWritable, writeAtomically } from "../io/node-files.ts";
import { formatStructure, unwritten, WRITABLE } from "../io/structure-files.ts";
import { parseJob } from "../job/schema.ts";
import { resolveStructure } from "../job/structure.ts";
import { formula, type StructureInFile } from "../model/structure.ts";
import { EXIT, type ExitCode, type Host } from "./host.ts";
import { loadJob } from "./job-source.ts";
import { type NewOptions, tripleOf, writeNewJob } from "./new.ts";
import { reporter } from "./reporter.ts";

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
  const structure = await structureIn(from, options, host);
  const text = formatStructure(structure, to);
  const path = resolve(host.cwd, to);
  await requireWritable("OUT", path);
  await writeAtomically(path, [text]);
  reporter(host.stderr, "normal").warn([...structure.warnings, ...unwritten(structure, to)]);
  host.stderr.write(`structure: ${to}, ${formula(structure)}\n`);
  return EXIT.ok;
}

/** Makes a job around the structure in a file: with smearing, which is right for metals and harmless elsewhere. */
export async function newFromCommand(
  file: string,
  options: NewOptions & ReadingOptions,
  host: Host,
): Promise<ExitCode> {
  const structure = await structureIn(file, options, host);
  reporter(host.stderr, "normal").warn(structure.warnings);
  return writeNewJob(
    structure,
    { title: `${formula(structure)}, ${basename(file)}`, isMetal: true },
    options,
    host,
  );
}

/** The structure of a structure file, a job file or a shipped job. */
async function structureIn(name: string, options: ConvertOptions, host: Host): Promise<StructureInFile> {
  const isJob = /\.(json|toml)$/i.test(name) || !(await isFile(resolve(host.cwd, name)));
  const structure = isJob ? await structureOfJob(name, host) : await structureOfFile(name, options, host);
  const { repeat } = options;
  if (repeat === undefined) return structure;
  const times = tripleOf("--repeat", repeat);
  const { charge, warnings } = structure;
  return {
    ...supercell(structure, times),
    ...(charge === undefined ? {} : { charge: charge * times[0] * times[1] * times[2] }),
    warnings,
  };
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
