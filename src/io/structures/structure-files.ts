import { InputError } from "../../common/failure.ts";
import { BOHR_PER_ANGSTROM } from "../../common/units.ts";
import { scale } from "../../common/vec3.ts";
import {
  cartesianPositions,
  type Structure,
  type StructureInFile,
  scaleRows,
  toFractional,
} from "../../model/structure.ts";
import { parseAbinitInput } from "./abinit/abinit-input.ts";
import { type CifOptions, formatCif, parseCif, type SpaceGroupSettings } from "./cif/cif.ts";
import { type ExtxyzFrame, type ExtxyzReading, formatExtxyz, readExtxyz } from "./extxyz.ts";
import { formatPoscar, parsePoscar } from "./poscar.ts";
import { parseQeInput } from "./qe/qe-input.ts";
import { formatXsf, parseXsf } from "./xsf.ts";

export type StructureFormat = "extxyz" | "cif" | "poscar" | "xsf" | "qe" | "abinit";

/** What is read, for messages and help. */
export const READABLE =
  "extxyz (.xyz, .extxyz), CIF (.cif), POSCAR or CONTCAR (.vasp, .poscar), XSF (.xsf), inputs of Quantum ESPRESSO and ABINIT (.in, .pwi, .abi)";
/** What is written. */
export const WRITABLE = ".extxyz, .xyz, .cif, .vasp, .poscar, POSCAR, .xsf";

/** By name, first match. */
const NAMES: readonly (readonly [RegExp, StructureFormat])[] = [
  [/\.(ext)?xyz$/i, "extxyz"],
  [/\.m?cif$/i, "cif"],
  [/\.(vasp|poscar)$|(^|[/\\])[SBPMI]?(POSCAR|CONTCAR)[^/\\]*$/i, "poscar"],
  [/\.a?xsf$/i, "xsf"],
  [/\.(pwi|pwin)$/i, "qe"],
  [/\.abi$/i, "abinit"],
];
/** By content, where the name does not tell. */
const CONTENTS: readonly (readonly [RegExp, StructureFormat])[] = [
  [/^\s*&(control|system)\b|^\s*ATOMIC_POSITIONS\b/im, "qe"],
  [/^\s*_atom_site_fract_x\b/im, "cif"],
  [/^\s*PRIMVEC\b/im, "xsf"],
  [/^[^#!]*\bznucl\b/im, "abinit"],
  [/^\s*\d+\s*\n[^\n]*Lattice=/i, "extxyz"],
  // A comment, a scale and three vectors.
  [/^[^\n]*\n\s*-?[\d.][^\n]*\n(?:\s*[-+]?[\d.]\S*\s+[-+]?[\d.]\S*\s+[-+]?[\d.]\S*[^\n]*\n){3}/, "poscar"],
];

/** The format of a structure file by its name or, failing that, by its content. @throws InputError if neither tells. */
export function formatOf(path: string, text: string): StructureFormat {
  const found =
    NAMES.find(([pattern]) => pattern.test(path)) ?? CONTENTS.find(([pattern]) => pattern.test(text));
  if (found === undefined)
    throw new InputError(
      `structure.file: must be a format that is read, got ${JSON.stringify(path)}; these are ${READABLE}`,
    );
  return found[1];
}

/** Whether a CIF names its space group, whether or not it lists the operations, or an input of pw.x does. */
export const needsSpaceGroups = (text: string): boolean =>
  /^\s*ATOMIC_POSITIONS\b.*crystal_sg/im.test(text) ||
  /^\s*_(space_group|symmetry)[._](IT_number|Int_Tables_number|(space_group_)?name_(Hall|H-M))/im.test(text);

/**
 * The structure in a file.
 *
 * @param name what to call the text in messages, usually its path.
 * @param settings tables of the space groups, for a text with `needsSpaceGroups`.
 * @throws InputError with line number, what is expected there and what was found.
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
export function parseStructure(
  text: string,
  name: string,
  format: StructureFormat = formatOf(name, text),
  settings?: SpaceGroupSettings,
  options: CifOptions = {},
): StructureInFile {
  switch (format) {
    case "extxyz":
      return fromReading(readExtxyz(text, name));
    case "cif":
      return parseCif(text, name, settings, options);
    case "poscar":
      return parsePoscar(text, name);
    case "xsf":
      return parseXsf(text, name);
    case "qe":
      return parseQeInput(text, name, settings);
    case "abinit":
      return parseAbinitInput(text, name);
  }
}

/**
 * The text of a structure file of the format that its name asks for.
 *
 * @throws InputError if that is not written.
 *
 * @example
 * ```ts
 * import { bulk, formatStructure } from "stillwave";
 *
 * console.log(formatStructure(bulk("NaCl", { crystal: "rocksalt", a: 10.66 }), "salt.cif"));
 * ```
 */
export function formatStructure(structure: Structure & { readonly charge?: number }, path: string): string {
  switch (NAMES.find(([pattern]) => pattern.test(path))?.[1]) {
    case "extxyz":
      return formatExtxyz(toFrame(structure), structure.charge);
    case "cif":
      return formatCif(structure);
    case "poscar":
      return formatPoscar(structure);
    case "xsf":
      return formatXsf(structure);
    default:
      throw new InputError(
        `OUT: must be a structure format that is written, got ${path}; these are ${WRITABLE}`,
      );
  }
}

/** What of a structure the format of `path` has no place for, one line each. */
export function unwritten(structure: StructureInFile, path: string): string[] {
  const isExtended = NAMES.find(([pattern]) => pattern.test(path))?.[1] === "extxyz";
  const hasMoments = structure.atoms.some(({ magneticMoment }) => magneticMoment !== undefined);
  const hasShares = structure.atoms.some(({ momentShare }) => momentShare !== undefined);
  return [
    ...(hasMoments && !isExtended ? [`${path}: moments are not written; extxyz holds them`] : []),
    ...(hasShares
      ? [
          `${path}: moments given as shares of the valence electrons are not written; they need a pseudopotential`,
        ]
      : []),
    ...(structure.charge !== undefined && structure.charge !== 0 && !isExtended
      ? [`${path}: the charge of ${structure.charge} is not written; extxyz holds it`]
      : []),
  ];
}

function fromReading({ frame, ...said }: ExtxyzReading): StructureInFile {
  const lattice = scaleRows(BOHR_PER_ANGSTROM, frame.lattice);
  const fractional = toFractional(lattice);
  return {
    lattice,
    atoms: frame.atoms.map(({ position, ...atom }) => ({
      ...atom,
      position: fractional(scale(BOHR_PER_ANGSTROM, position)),
    })),
    ...said,
  };
}

function toFrame(structure: Structure): ExtxyzFrame {
  const positions = cartesianPositions(structure);
  return {
    lattice: scaleRows(1 / BOHR_PER_ANGSTROM, structure.lattice),
    atoms: structure.atoms.map(({ element, magneticMoment }, i) => ({
      element,
      position: scale(1 / BOHR_PER_ANGSTROM, positions[i]!),
      ...(magneticMoment === undefined ? {} : { magneticMoment }),
    })),
  };
}
