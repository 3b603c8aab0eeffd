import { ELEMENTS } from "../../atoms/elements.ts";
import { requireInput } from "../../common/failure.ts";
import { valueText } from "../../common/file-schema.ts";
import { didYouMean } from "../../common/text/nearest.ts";
import { BOHR_PER_ANGSTROM } from "../../common/units.ts";
import { norm, scale } from "../../common/vec3.ts";
import { formatOf, parseStructure } from "../../io/structures/structure-files.ts";
import { CLOSE, closePair } from "../../model/close-atoms.ts";
import { createLattice } from "../../model/lattice.ts";
import {
  type Structure,
  type StructureAtom,
  type StructureInFile,
  scaleRows,
  toFractional,
} from "../../model/structure.ts";
import type { InlineStructure, StructureFileChoice } from "../schema/job.ts";
import { type PlatformServices, platformServices } from "./platform.ts";

export type { Structure, StructureAtom, StructureInFile };

/** Atoms closer than this are one atom written twice [bohr], whatever is allowed. */
const SAME_SPOT = 0.1;
/** Atoms more cells away than this have lost the digits of their place in the cell. */
const FARTHEST = 1_000_000;
/** Longer cells [bohr] fit into no machine. */
const LONGEST = 100_000;

/** A structure file and how it is read. */
interface FileReading extends StructureFileChoice {
  /** Edge of a cube for a molecule whose file has no cell [bohr]. */
  readonly box?: number | undefined;
}

/**
 * The atoms of the job, read through `readText` when they are in a file, with what the file says
 * beside them.
 *
 * @throws InputError for a singular lattice, no atoms, an unknown element, a position far outside
 *   the cell, and for two atoms nearer than half the sum of their covalent radii (periodic images
 *   too), unless the job allows it.
 */
export async function resolveStructure(
  { structure }: { readonly structure: InlineStructure | FileReading },
  readText: (path: string) => Promise<string>,
  platform?: PlatformServices,
): Promise<StructureInFile> {
  const found =
    "file" in structure
      ? await fromFile(structure, readText, platform)
      : { ...fromInline(structure), warnings: [] };
  createLattice(found.lattice); // refuses singular ones
  requireInput(found.atoms.length > 0, () => "structure.atoms: must hold at least one atom, got none");
  found.atoms.forEach(({ element }, i) => {
    requireInput(
      ELEMENTS.includes(element),
      () =>
        `structure.atoms[${i}].element: must be a chemical symbol, got ${valueText(element)}${didYouMean(element, ELEMENTS)}; write it as in Si or Al`,
    );
  });
  found.atoms.forEach(({ position }, i) => {
    requireInput(
      position.every((x) => Math.abs(x) <= FARTHEST),
      () =>
        `structure.atoms[${i}].position: must be within ±${FARTHEST} cells, got ${valueText(position)} in units of the lattice vectors; check cartesian and units`,
    );
  });
  requireLengths(found);
  requireApart(found, structure.allowCloseAtoms === true);
  return found;
}

function fromInline({ lattice, atoms, cartesian, units }: InlineStructure): Structure {
  const unit = units === "angstrom" ? BOHR_PER_ANGSTROM : 1;
  const inBohr = scaleRows(unit, lattice);
  const fractional = cartesian ? toFractional(inBohr) : undefined;
  return {
    lattice: inBohr,
    atoms: atoms.map(({ element, position, magneticMoment }) => ({
      element,
      position: fractional === undefined ? position : fractional(scale(unit, position)),
      ...(magneticMoment === undefined ? {} : { magneticMoment }),
    })),
  };
}

async function fromFile(
  { file, allowFormulaMismatch, box }: FileReading,
  readText: (path: string) => Promise<string>,
  platform?: PlatformServices,
): Promise<StructureInFile> {
  const text = await readText(file);
  const format = formatOf(file, text);
  // Only a file that names its group needs the tables of space groups.
  const tables = format.needsSpaceGroups?.test(text)
    ? await (platform ?? (await platformServices())).spaceGroups()
    : undefined;
  return parseStructure(text, file, { format, ...tables, allowFormulaMismatch, box });
}

function requireLengths({ lattice }: Structure): void {
  for (const [i, a] of lattice.entries()) {
    requireInput(
      norm(a) <= LONGEST,
      () => `structure.lattice[${i}]: must be at most ${LONGEST} bohr long, got ${norm(a)} bohr; check units`,
    );
    requireInput(
      norm(a) > SAME_SPOT,
      () =>
        `structure.lattice[${i}]: must be longer than ${SAME_SPOT} bohr, got ${norm(a)} bohr; atoms meet their own images`,
    );
  }
}

function requireApart(structure: Structure, areCloseAllowed: boolean): void {
  const pair = closePair(structure);
  if (pair === undefined || (areCloseAllowed && pair.distance >= SAME_SPOT)) return;
  const { first, second, distance, least } = pair;
  const name = (i: number) => `${structure.atoms[i]!.element} of atoms[${i}]`;
  const bohr = (length: number) => `${length.toPrecision(3)} bohr`;
  const rule =
    distance < SAME_SPOT
      ? `at least ${SAME_SPOT} bohr from every other atom and its images`
      : `at least ${bohr(least)} (${CLOSE} of the sum of the covalent radii) from ${first === second ? "its own images" : name(first)}`;
  const remedy =
    distance < SAME_SPOT
      ? "remove one of them or check cartesian and units"
      : 'check the lattice, cartesian and units, or give "allowCloseAtoms": true in structure';
  requireInput(
    false,
    () =>
      `structure.atoms[${second}].position: ${name(second)} must be ${rule}, got ${bohr(distance)} from ${first === second ? "its own image" : name(first)}; ${remedy}`,
  );
}
