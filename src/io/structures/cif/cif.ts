import { BOHR_PER_ANGSTROM } from "../../../common/units.ts";
import { add, centred, type Mat3, norm, rowsVec, scale, sub, type Vec3 } from "../../../common/vec3.ts";
import { createLattice, rowsOfAngles } from "../../../model/lattice.ts";
import {
  formula,
  type Structure,
  type StructureAtom,
  type StructureInFile,
  scaleRows,
} from "../../../model/structure.ts";
import { wrapped } from "../../../model/symmetry.ts";
import type { TextSource } from "../../text-source.ts";
import { axisWarning, collinearMoments } from "../collinear-moments.ts";
import type { ReadingOptions, StructureFormat } from "../structure-format.ts";
import { checkFormula } from "./cif-formula.ts";
import { type CellOperations, cellOperations } from "./cif-operations.ts";
import { type Site, sitesOf } from "./cif-sites.ts";
import { imageOf, type Listed, momentAfter } from "./cif-symmetry.ts";
import { type CifBlock, cifNumber, parseCifSyntax } from "./cif-syntax.ts";

/** Images of an atom closer than this coincide [bohr]: files round positions to 3 or 4 digits. */
const SAME_ATOM = 0.1;

/** Largest shift, in fractional coordinates, to a special position rounded to three digits. */
const ROUNDED = 6e-4;

/** Volumes of one cell differ by less than this part of them: files round lengths. */
const SAME_VOLUME = 0.01;

/**
 * Reads a CIF or mCIF: cell, symmetry operations, and the atoms they generate, with moments. An
 * atom on a symmetry element is moved to the mean of its images: 0.3333 becomes a third.
 *
 * Without operations the space group's number, Hall symbol and Hermann-Mauguin symbol are used.
 * Where several settings fit the cell, all must give the same atoms, since a wrong origin would
 * silently make another crystal. Without any symmetry the file lists all atoms. Moments along one
 * axis are kept as numbers along it.
 *
 * @param name what to call the text in messages, usually its path.
 * @throws InputError with line number, rule and value: for sites that are partly occupied or hold
 *   two elements, repeated names, operations that are no group or not the named one, atoms that
 *   contradict the formula, moments that are not collinear.
 */
export function parseCif(
  text: string,
  name = "cif",
  { settings, identify, allowFormulaMismatch = false }: ReadingOptions = {},
): StructureInFile {
  const { source, blocks } = parseCifSyntax(text, name);
  const holding = blocks.filter(({ columns }) => columns.has("_atom_site_fract_x"));
  const [block, second] = holding;
  if (block === undefined)
    return source.fail(0, "a CIF with a data block that has _atom_site_fract_x", "none");
  if (second !== undefined)
    return source.fail(
      second.at,
      "one structure: keep one data block",
      `data_${second.name} after data_${block.name}`,
    );
  const lattice = latticeOf(source, block);
  tellVolume(source, block, createLattice(lattice).volume);
  const sites = sitesOf(source, block, lattice);
  const operations = cellOperations(source, block, lattice, settings, identify);
  const hasMoments = sites.some(({ moment }) => moment !== undefined);
  if (hasMoments && !operations.isMagnetic && operations.candidates.some((list) => list.length > 1))
    source.fail(
      block.at,
      "a file with moments and _space_group_symop_magn_operation.xyz, or with every atom listed in P1",
      "moments beside operations that do not say what they do to them",
    );
  const atoms = atomsOf(source, lattice, sites, operations);
  checkFormula(source, block, atoms, allowFormulaMismatch);
  const moments = collinearMoments(atoms.map(({ moment = ZERO }) => rowsVec(lattice, moment)));
  if (moments === undefined)
    return source.fail(block.at, "moments along one axis: spin is collinear here", "moments that are not");
  const warning = hasMoments ? axisWarning(moments) : undefined;
  if (warning !== undefined) source.warn(block.at, warning);
  return {
    lattice,
    atoms: atoms.map(
      ({ element, position }, i): StructureAtom => ({
        element,
        position,
        ...(hasMoments ? { magneticMoment: moments.moments[i]! } : {}),
      }),
    ),
    warnings: source.warnings,
  };
}
/** Lengths [Å] and angles beyond this are no cell's. */
const LARGEST = 1e5;

const ZERO: Vec3 = [0, 0, 0];

function latticeOf(source: TextSource, { columns, at }: CifBlock): Mat3 {
  const number = (tag: string): number => {
    const [value] = columns.get(tag) ?? [];
    if (value === undefined) return source.fail(at, `a data block with ${tag}`, "none");
    const found = cifNumber(value.text);
    if (tag.includes("angle") && found >= 180)
      return source.fail(value.at, `an angle below 180 degrees for ${tag}`, value.text);
    return found > 0 && found <= LARGEST
      ? found
      : source.fail(
          value.at,
          found > LARGEST ? `at most ${LARGEST} for ${tag}` : `a positive number for ${tag}`,
          value.text,
        );
  };
  const length = (axis: string) => number(`_cell_length_${axis}`) * BOHR_PER_ANGSTROM;
  const angle = (name: string) => cosine(number(`_cell_angle_${name}`));
  const lattice = rowsOfAngles(
    [length("a"), length("b"), length("c")],
    [angle("alpha"), angle("beta"), angle("gamma")],
  );
  if (!(lattice[2][2] > 0)) return source.fail(at, "a cell whose angles span a volume", "angles that do not");
  return lattice;
}

/** Warns of a volume of the cell [bohr³] other than the one that the file says. */
function tellVolume(source: TextSource, { columns }: CifBlock, volume: number): void {
  const [said] = columns.get("_cell_volume") ?? [];
  if (said === undefined) return;
  const ratio = (cifNumber(said.text) * BOHR_PER_ANGSTROM ** 3) / volume;
  if (Math.abs(ratio - 1) > SAME_VOLUME)
    source.warn(
      said.at,
      `the cell has ${(volume / BOHR_PER_ANGSTROM ** 3).toFixed(3)} cubic angstrom, not the ${said.text} that the file says`,
    );
}

/** Exact where rounding would spoil a symmetry. */
const cosine = (degrees: number): number =>
  ({ 60: 0.5, 90: 0, 120: -0.5 })[degrees] ?? Math.cos((degrees * Math.PI) / 180);

/** An atom of the cell with its site and its moment in fractional coordinates [μB]. */
interface CellAtom {
  readonly element: string;
  readonly position: Vec3;
  readonly moment: Vec3 | undefined;
  readonly site: Site;
}

/** The atoms that the first setting makes, if all settings make the same. */
function atomsOf(
  source: TextSource,
  lattice: Mat3,
  sites: readonly Site[],
  { candidates, named }: CellOperations,
): CellAtom[] {
  const [first, ...others] = candidates;
  const atoms = generated(source, lattice, sites, first!);
  const isClear = others.every((operations) =>
    isSameCrystal(lattice, atoms, generated(source, lattice, sites, operations)),
  );
  if (!isClear)
    return source.fail(
      named!.at,
      "beside the symmetry operations or the Hall symbol: the group has settings that give different atoms",
      `${named!.said} alone`,
    );
  for (const site of sites) {
    const shift = sub(stabilised(lattice, site.position, first!), site.position);
    if (shift.some((x) => Math.abs(x) > ROUNDED))
      source.warn(
        site.at,
        `atom ${site.label} is moved by ${norm(rowsVec(lattice, shift)).toFixed(3)} bohr to the special position beside it: nearer than ${SAME_ATOM} bohr, its images are one atom`,
      );
    const count = atoms.filter((atom) => atom.site === site).length;
    if (count === 0) source.warn(site.at, `atom ${site.label} is an image of one before it: counted once`);
    else if (site.multiplicity !== undefined && site.multiplicity !== count)
      source.warn(
        site.at,
        `atom ${site.label} has ${count} images in the cell, not the ${site.multiplicity} that the file says`,
      );
  }
  return atoms;
}

/** Every image of every site once. @throws InputError if two elements or moments coincide. */
function generated(
  source: TextSource,
  lattice: Mat3,
  sites: readonly Site[],
  operations: readonly Listed[],
): CellAtom[] {
  const atoms: CellAtom[] = [];
  for (const site of sites) {
    const centred = stabilised(lattice, site.position, operations);
    for (const operation of operations) {
      const image = wrapped(imageOf(operation, centred));
      const moment = site.moment && momentAfter(operation, site.moment);
      const there = atoms.find((atom) => distance(lattice, atom.position, image) < SAME_ATOM);
      if (there === undefined) {
        atoms.push({ element: site.element, position: image, moment, site });
        continue;
      }
      if (there.element !== site.element)
        source.fail(
          site.at,
          "an atom in a place of its own: disorder has no single structure",
          `${site.label} where ${there.site.label} of line ${there.site.at + 1} is`,
        );
      const difference = norm(rowsVec(lattice, sub(moment ?? ZERO, there.moment ?? ZERO)));
      if (difference > 0.02 * Math.max(1, norm(rowsVec(lattice, site.moment ?? ZERO))))
        source.fail(
          site.at,
          "a moment that the magnetic operations allow",
          `the moment of ${site.label}, which the operation of line ${operation.at + 1} changes`,
        );
    }
  }
  return atoms;
}

/** The mean of the images at the position itself: a point of its symmetry element. */
function stabilised(lattice: Mat3, position: Vec3, operations: readonly Listed[]): Vec3 {
  const offsets = operations
    .map((operation) => centred(sub(imageOf(operation, position), position)))
    .filter((offset) => norm(rowsVec(lattice, offset)) < SAME_ATOM);
  return offsets.length === 0 ? position : add(position, scale(1 / offsets.length, offsets.reduce(add)));
}

const distance = (lattice: Mat3, p: Vec3, q: Vec3): number => norm(rowsVec(lattice, centred(sub(p, q))));

const isSameCrystal = (lattice: Mat3, one: readonly CellAtom[], other: readonly CellAtom[]): boolean =>
  one.length === other.length &&
  one.every((a) =>
    other.some((b) => a.element === b.element && distance(lattice, a.position, b.position) < SAME_ATOM),
  );

/** Formats a CIF without symmetry: `parseCif` reads the same atoms, a along x, right-handed. */
function formatCif(structure: Structure): string {
  const [a, b, c] = scaleRows(1 / BOHR_PER_ANGSTROM, structure.lattice);
  const angle = (u: Vec3, v: Vec3) =>
    (Math.acos((u[0] * v[0] + u[1] * v[1] + u[2] * v[2]) / (norm(u) * norm(v))) * 180) / Math.PI;
  return [
    `data_${formula(structure)}`,
    ...([a, b, c] as const).map((v, i) => `_cell_length_${"abc"[i]} ${norm(v)}`),
    `_cell_angle_alpha ${angle(b, c)}`,
    `_cell_angle_beta ${angle(a, c)}`,
    `_cell_angle_gamma ${angle(a, b)}`,
    "_space_group_IT_number 1",
    "loop_",
    "_space_group_symop_operation_xyz",
    "'x, y, z'",
    "loop_",
    "_atom_site_label",
    "_atom_site_type_symbol",
    "_atom_site_fract_x",
    "_atom_site_fract_y",
    "_atom_site_fract_z",
    ...structure.atoms.map(
      ({ element, position }, i) => `${element}${i + 1} ${element} ${position.join(" ")}`,
    ),
    "",
  ].join("\n");
}

/** Crystallographic information files, magnetic ones too. */
export const cif: StructureFormat = {
  title: "CIF",
  endings: [".cif", ".mcif"],
  content: /^\s*_atom_site_fract_x\b/im,
  // Whether or not the operations are listed.
  needsSpaceGroups:
    /^\s*_(space_group|symmetry)[._](IT_number|Int_Tables_number|(space_group_)?name_(Hall|H-M))/im,
  parse: parseCif,
  format: formatCif,
};
