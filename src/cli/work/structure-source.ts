import { resolve } from "node:path";
import { supercell } from "../../build/supercell.ts";
import { requireInput } from "../../common/failure.ts";
import { type Given, numbers, toggle } from "../../common/options.ts";
import { lengthText } from "../../common/text/length-text.ts";
import type { Vec3 } from "../../common/vec3.ts";
import { isFile, readTextFrom } from "../../io/node-files.ts";
import { WRITABLE } from "../../io/structures/structure-files.ts";
import { type SymmetricStructure, symmetricStructure } from "../../job/prepare/crystal.ts";
import { platformServices } from "../../job/prepare/platform.ts";
import { resolveStructure } from "../../job/prepare/structure.ts";
import { parseJob } from "../../job/schema/schema.ts";
import type { StructureInFile } from "../../model/structure.ts";
import type { Host } from "../host.ts";
import { symmetryText } from "../output/summary.ts";
import { loadJob } from "./job-source.ts";

/** Copies of a structure. */
export const REPEAT = numbers<Vec3>({
  rule: "must be three whole numbers such as 2,2,1",
  count: 3,
  isWhole: true,
  help: "copies along the lattice vectors, such as 2,2,1",
  value: "N,N,N",
});

/** What may be insisted on where a structure file is refused. */
export const READING_OPTIONS = {
  allowCloseAtoms: toggle({ help: "go on with atoms nearer than half the sum of their covalent radii" }),
  allowFormulaMismatch: toggle({
    help: "go on where the atoms of a CIF are not those of its formula",
  }),
};
interface StructureChoice extends Given<typeof READING_OPTIONS> {
  /** Edge of a cube for a molecule whose file has no cell [bohr]. */
  readonly box?: number | undefined;
}

/** The structure of a structure file, a job file or a shipped job, with its symmetry made exact. */
export async function structureIn(
  name: string,
  options: StructureChoice & { readonly repeat?: Vec3 | undefined },
  host: Host,
  tolerance: number,
): Promise<SymmetricStructure<StructureInFile>> {
  const isJob = /\.(json|toml)$/i.test(name) || !(await isFile(resolve(host.cwd, name)));
  requireInput(
    !isJob || options.box === undefined,
    () => `--box: must stand with a molecule in .xyz, got ${name}, a job, which has a cell`,
  );
  const asGiven = isJob ? await structureOfJob(name, host) : await structureOfFile(name, options, host);
  const analyse = await (await platformServices()).analyseSymmetry();
  const { structure, ...report } = symmetricStructure(asGiven, analyse, tolerance);
  const { repeat: times } = options;
  if (times === undefined) return { structure, ...report };
  const { charge, warnings } = structure;
  const repeated = {
    ...supercell(structure, times),
    ...(charge === undefined ? {} : { charge: charge * times[0] * times[1] * times[2] }),
    warnings,
  };
  return { structure: repeated, ...report };
}

/** `symmetry: Fd-3m (227), 48 operations; …`. */
export function symmetryLine({ symmetry, largestShift }: SymmetricStructure<StructureInFile>): string {
  const group = symmetryText({ symmetry }) ?? "unknown";
  const moved =
    largestShift > 0
      ? `; atoms or lattice vectors were moved to it by at most ${lengthText(largestShift)}`
      : "";
  return `symmetry: ${group}${moved}\n`;
}

const structureOfFile = (
  file: string,
  { allowCloseAtoms, allowFormulaMismatch, box }: StructureChoice,
  host: Host,
): Promise<StructureInFile> =>
  resolveStructure(
    { structure: { file, allowCloseAtoms, allowFormulaMismatch, box } },
    readTextFrom(host.cwd),
  );

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
