import { InputError, requireInput } from "../../common/failure.ts";
import type { StructureInFile } from "../../model/structure.ts";
import { abinit } from "./abinit/abinit-input.ts";
import { cif } from "./cif/cif.ts";
import { extxyz } from "./extxyz.ts";
import { poscar } from "./poscar.ts";
import { qe } from "./qe/qe-input.ts";
import type { ChargedStructure, ReadingOptions, StructureFormat } from "./structure-format.ts";
import { xsf } from "./xsf.ts";

/** All formats, in the order in which contents are looked at. */
export const FORMATS: readonly StructureFormat[] = [extxyz, cif, xsf, qe, abinit, poscar];

/** What is read, for messages and help. */
export const READABLE = `${FORMATS.map(({ title, endings }) => `${title} (${endings.join(", ")})`).join(", ")}; other names, such as .in, are told by their content`;
/** What is written. */
export const WRITABLE = FORMATS.filter(({ format }) => format !== undefined)
  .map(({ title, endings }) => `${title} (${endings.join(", ")})`)
  .join(", ");

const byName = (path: string): StructureFormat | undefined =>
  FORMATS.find(
    ({ endings, names }) =>
      endings.some((ending) => path.toLowerCase().endsWith(ending)) || names?.test(path) === true,
  );

/**
 * Finds the format of a structure file by its name or, failing that, by its content.
 *
 * @throws InputError if neither tells.
 */
export function formatOf(path: string, text: string): StructureFormat {
  const found = byName(path) ?? FORMATS.find(({ content }) => content.test(text));
  if (found === undefined)
    throw new InputError(
      `${path}: must be a structure in a format that is read, got another name and content; these are ${READABLE}`,
    );
  return found;
}

/**
 * Reads the structure in a file.
 *
 * @param name what to call the text in messages, usually its path.
 * @param options with `format`, by default the one `formatOf` finds by name and content.
 * @throws InputError with line number, rule and value.
 *
 * @example
 * ```ts
 * import { newJob, parseStructure } from "stillwave";
 *
 * const text = `silicon
 * 5.43
 * 0 0.5 0.5
 * 0.5 0 0.5
 * 0.5 0.5 0
 * Si
 * 2
 * direct
 * 0 0 0
 * 0.25 0.25 0.25
 * `;
 * console.log(newJob(parseStructure(text, "POSCAR")).structure);
 * ```
 */
export const parseStructure = (
  text: string,
  name: string,
  { format = formatOf(name, text), ...options }: ReadingOptions & { readonly format?: StructureFormat } = {},
): StructureInFile => {
  requireInput(
    options.box === undefined || format.mayLackCell === true,
    () => `box: must stand with a molecule in .xyz, got ${name}, whose format has a cell`,
  );
  return format.parse(text, name, options);
};

/**
 * Writes a structure as text of the format that a name asks for.
 *
 * @throws InputError if no format that is written has such names.
 *
 * @example
 * ```ts
 * import { bulk, formatStructure } from "stillwave";
 *
 * console.log(formatStructure(bulk("NaCl", { crystal: "rocksalt", a: 10.66 }), "salt.cif"));
 * ```
 */
export function formatStructure(structure: ChargedStructure, path: string): string {
  const format = byName(path)?.format;
  if (format === undefined)
    throw new InputError(
      `${path}: must have a name of a structure format that is written, got another; these are ${WRITABLE}`,
    );
  return format(structure);
}

/** Says what of a structure the format of `path` has no place for, one line each. */
export function unwritten({ atoms, charge = 0 }: StructureInFile, path: string): string[] {
  const isLost = byName(path)?.holdsMoments !== true;
  const holders = FORMATS.filter(({ holdsMoments }) => holdsMoments).map(({ title }) => title);
  const elsewhere = `${holders.join(", ")} holds`;
  const hasMoments = atoms.some(({ magneticMoment }) => magneticMoment !== undefined);
  const hasShares = atoms.some(({ momentShare }) => momentShare !== undefined);
  return [
    ...(isLost && hasMoments ? [`${path}: moments are not written; ${elsewhere} them`] : []),
    ...(hasShares
      ? [
          `${path}: moments given as shares of the valence electrons are not written; they need a pseudopotential`,
        ]
      : []),
    ...(isLost && charge !== 0 ? [`${path}: the charge of ${charge} is not written; ${elsewhere} it`] : []),
  ];
}
