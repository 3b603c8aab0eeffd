import { basename, resolve } from "node:path";
import { supercell } from "../build/supercell.ts";
import { requireInput } from "../common/failure.ts";
import { isFile, readTextFrom, requireWritable, writeAtomically } from "../io/node-files.ts";
import { formatStructure, WRITABLE } from "../io/structure-files.ts";
import { parseJob } from "../job/schema.ts";
import { resolveStructure } from "../job/structure.ts";
import { formula, type Structure } from "../model/structure.ts";
import { EXIT, type ExitCode, type Host } from "./host.ts";
import { loadJob } from "./job-source.ts";
import { type NewOptions, tripleOf, writeNewJob } from "./new.ts";

export interface ConvertOptions {
  readonly repeat?: string;
}

/** Writes the structure of a file, or of a job, as another format. */
export async function convertCommand(
  from: string,
  to: string,
  options: ConvertOptions,
  host: Host,
): Promise<ExitCode> {
  const structure = await structureIn(from, options.repeat, host);
  const text = formatStructure(structure, to);
  const path = resolve(host.cwd, to);
  await requireWritable("OUT", path);
  await writeAtomically(path, [text]);
  host.stderr.write(`structure: ${to}, ${formula(structure)}\n`);
  return EXIT.ok;
}

/** Makes a job around the structure in a file: with smearing, which is right for metals and harmless elsewhere. */
export async function newFromCommand(file: string, options: NewOptions, host: Host): Promise<ExitCode> {
  const structure = await structureIn(file, options.repeat, host);
  return writeNewJob(
    structure,
    { title: `${formula(structure)}, ${basename(file)}`, isMetal: true },
    options,
    host,
  );
}

/** The structure of a structure file, a job file or a shipped job. */
async function structureIn(name: string, repeat: string | undefined, host: Host): Promise<Structure> {
  const isJob = /\.(json|toml)$/i.test(name) || !(await isFile(resolve(host.cwd, name)));
  const structure = isJob ? await structureOfJob(name, host) : await structureOfFile(name, host);
  return repeat === undefined ? structure : supercell(structure, tripleOf("--repeat", repeat));
}

const structureOfFile = (file: string, host: Host): Promise<Structure> =>
  resolveStructure({ structure: { file } }, readTextFrom(host.cwd));

async function structureOfJob(name: string, host: Host): Promise<Structure> {
  requireInput(
    name !== "-",
    () =>
      `IN: must be a structure file or a job, got -; formats are told by their names, such as ${WRITABLE}`,
  );
  const source = await loadJob(name, host, "IN");
  return resolveStructure(parseJob(source.value), readTextFrom(source.folder));
}
