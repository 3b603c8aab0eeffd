import { resolve } from "node:path";
import { requireWritable } from "../../io/node-files.ts";
import { formatStructure, READABLE, unwritten, WRITABLE } from "../../io/structures/structure-files.ts";
import { writeAtomically } from "../../io/whole-files.ts";
import { formula } from "../../model/structure.ts";
import { SYMMETRY_TOLERANCE } from "../../model/symmetry.ts";
import { command } from "../command.ts";
import { EXIT } from "../host.ts";
import { reporter } from "../terminal/reporter.ts";
import { READING_OPTIONS, REPEAT, structureIn, symmetryLine } from "../work/structure-source.ts";

/** Writes the structure of a file, or of a job, as another format. */
export const convert = command({
  args: [
    { name: "<IN>", help: `a structure: ${READABLE}; or a job` },
    { name: "<OUT>", help: `where to: ${WRITABLE}` },
  ],
  options: { repeat: REPEAT, ...READING_OPTIONS },
  examples: [
    ["stillwave convert quartz.cif quartz.extxyz", "symmetry operations are applied"],
    ["stillwave convert POSCAR big.xsf --repeat 2,2,2", "a supercell"],
    ["stillwave convert job.json POSCAR", "the structure of a job"],
  ],
  async run({ args: [from = "", to = ""], options, host }) {
    const found = await structureIn(from, options, host, SYMMETRY_TOLERANCE);
    const { structure } = found;
    const text = formatStructure(structure, to);
    const path = resolve(host.cwd, to);
    await requireWritable("OUT", path);
    await writeAtomically(path, [text]);
    reporter(host.stderr, "normal").warn([...structure.warnings, ...unwritten(structure, to)]);
    if (found.largestShift > 0) host.stderr.write(symmetryLine(found));
    host.stderr.write(`structure: ${to}, ${formula(structure)}\n`);
    return EXIT.ok;
  },
});
