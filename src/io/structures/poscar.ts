import { BOHR_PER_ANGSTROM } from "../../common/units.ts";
import { det, type Mat3, scale, type Vec3 } from "../../common/vec3.ts";
import {
  formula,
  MOST_ATOMS,
  type Structure,
  type StructureInFile,
  scaleRows,
  toFractional,
} from "../../model/structure.ts";
import { type TextSource, textSource, toNumber, tripleOf, wordsOf } from "../text-source.ts";
import { elementOfSymbol } from "./element-label.ts";
import type { StructureFormat } from "./structure-format.ts";

/**
 * Reads VASP's POSCAR or CONTCAR: a comment, a scale (negative: the volume; or one per axis), three
 * lattice vectors [Å], element names (VASP 5; VASP 4 may have them in the comment), numbers of
 * atoms, perhaps `Selective dynamics`, `Direct` or `Cartesian`, then a line per atom. A warning
 * tells of flags of selective dynamics and of text after the atoms (velocities).
 *
 * @param name what to call the text in messages, usually its path.
 * @throws InputError with line number, rule and value.
 */
export function parsePoscar(text: string, name = "POSCAR"): StructureInFile {
  const source = textSource(text, name);
  const raw: Mat3 = [vectorAt(source, 2), vectorAt(source, 3), vectorAt(source, 4)];
  const factors = scaleOf(source, raw);
  const stretched = (v: Vec3): Vec3 =>
    scale(BOHR_PER_ANGSTROM, [factors[0] * v[0], factors[1] * v[1], factors[2] * v[2]]);
  const lattice: Mat3 = [stretched(raw[0]), stretched(raw[1]), stretched(raw[2])];
  const { elements, countLine } = elementsOf(source);

  let at = countLine + 1;
  const isSelective = /^s/i.test(source.line(at)); // flags follow the coordinates
  if (isSelective) at++;
  const kind = source.line(at);
  if (!/^[dck]/i.test(kind)) source.fail(at, "Direct or Cartesian");
  const isCartesian = /^[ck]/i.test(kind);
  const fractional = isCartesian ? toFractional(lattice) : undefined;
  const first = at + 1;
  const end = first + elements.length;
  const atoms = elements.map((element, i) => {
    const index = first + i;
    const position = vectorAt(source, index, `atom ${i + 1} of ${elements.length}`);
    const label = wordsOf(source.line(index))
      .slice(3)
      .find((word) => elementOfSymbol(word) !== undefined && !/^[TF]$/.test(word));
    if (label !== undefined && elementOfSymbol(label) !== element)
      source.fail(index, `an atom of ${element}, as the numbers of atoms say`);
    return { element, position: fractional === undefined ? position : fractional(stretched(position)) };
  });
  if (
    isSelective &&
    atoms.some((_, i) =>
      wordsOf(source.line(first + i))
        .slice(3)
        .some((flag) => /^\.?f/i.test(flag)),
    )
  )
    source.warn(at - 1, "selective dynamics: which coordinates are fixed is not read");
  const rest = source.lines.findIndex((line, index) => index >= end && line.trim() !== "");
  if (rest >= 0)
    source.warn(rest, "what follows the atoms (velocities, predictor of a dynamics run) is not read");
  return { lattice, atoms, warnings: source.warnings };
}

/** The element of every atom, and the line of the numbers of atoms. */
function elementsOf(source: TextSource): { readonly elements: string[]; readonly countLine: number } {
  const uncommented = (index: number) => wordsOf(source.line(index).replace(/[!#].*$/, ""));
  const hasNames = Number.isNaN(toNumber(uncommented(5)[0]));
  const countLine = hasNames ? 6 : 5;
  const counts = uncommented(countLine).map(toNumber);
  if (counts.length === 0 || !counts.every((n) => Number.isInteger(n) && n >= 0))
    source.fail(countLine, "the number of atoms of each element");
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (total > Math.max(MOST_ATOMS, source.lines.length))
    source.fail(countLine, `numbers of atoms of which each has a line, of ${source.lines.length} in all`);
  const comment = wordsOf(source.line(0));
  const isNamed = comment.length === counts.length && comment.every((word) => elementIn(word) !== undefined);
  const labels = hasNames || isNamed ? undefined : labelsOf(source, counts, countLine);
  const words = hasNames ? uncommented(5) : (labels ?? comment);
  const names = words.map(elementIn);
  const unknown = names.indexOf(undefined);
  if (hasNames && unknown >= 0)
    source.fail(
      5,
      `${counts.length} chemical symbols, with the name of a potential behind _ or not`,
      words[unknown],
    );
  if (names.length !== counts.length || unknown >= 0)
    source.fail(
      hasNames ? 5 : 0,
      `${counts.length} chemical symbols${hasNames ? "" : ": without a line of them below the lattice the comment holds them"}`,
    );
  if (!hasNames)
    source.warn(
      0,
      `elements are taken from ${labels === undefined ? "the comment" : "the labels behind the coordinates"}: ${names.join(" ")}`,
    );
  const elements = counts.flatMap((count, i) => Array.from({ length: count }, () => names[i]!));
  if (elements.length === 0) source.fail(countLine, "at least one atom");
  return { elements, countLine };
}

/** The labels behind the coordinates by number of atoms; undefined unless groups have one each. */
function labelsOf(source: TextSource, counts: readonly number[], countLine: number): string[] | undefined {
  const first = countLine + (/^s/i.test(source.line(countLine + 1)) ? 3 : 2);
  let at = first;
  const labels = counts.map((count) => {
    const group = Array.from({ length: count }, () => wordsOf(source.line(at++)).at(-1) ?? "");
    // T and F are flags of selective dynamics.
    return group.every(
      (label) => label === group[0] && elementOfSymbol(label) !== undefined && !/^[TF]$/.test(label),
    )
      ? group[0]
      : undefined;
  });
  return labels.every((label) => label !== undefined) ? labels : undefined;
}

/** The element of `Si_pv` or `Si/1a2b`; `H.5` and `H1.25` are parts of atoms, not elements. */
const elementIn = (word: string): string | undefined => {
  const [, symbol = ""] = /^([A-Z][a-z]?)(?:\d+|[_/].*)?$/.exec(word) ?? [];
  return elementOfSymbol(symbol);
};

const vectorAt = (source: TextSource, index: number, what = "a lattice vector"): Vec3 =>
  tripleOf(wordsOf(source.line(index))) ?? source.fail(index, `three numbers, ${what}`);

/** One factor for each axis. */
function scaleOf(source: TextSource, lattice: Mat3): Vec3 {
  const numbers = wordsOf(source.line(1).replace(/[!#].*$/, "")).map(toNumber);
  const [s, y, z] = numbers;
  if (numbers.length === 3 && numbers.every((n) => n > 0)) return [s!, y!, z!];
  if (numbers.length !== 1 || !Number.isFinite(s) || s === 0)
    return source.fail(1, "a scale: a factor, three positive ones, or minus the volume in cubic angstrom");
  const volume = Math.abs(det(lattice));
  if (s! < 0 && volume === 0) source.fail(2, "lattice vectors that span a volume");
  const factor = s! > 0 ? s! : Math.cbrt(-s! / volume);
  return [factor, factor, factor];
}

/** Formats a POSCAR (VASP 5, fractional) for `parsePoscar`, atoms grouped by element. */
function formatPoscar(structure: Structure): string {
  const elements = [...new Set(structure.atoms.map(({ element }) => element))];
  const groups = elements.map((element) => structure.atoms.filter((atom) => atom.element === element));
  return [
    formula(structure),
    "1.0",
    ...scaleRows(1 / BOHR_PER_ANGSTROM, structure.lattice).map((a) => a.join(" ")),
    elements.join(" "),
    groups.map((group) => group.length).join(" "),
    "Direct",
    ...groups.flat().map(({ position }) => position.join(" ")),
    "",
  ].join("\n");
}

/** Structures of VASP, and of the programs that took over its format. */
export const poscar: StructureFormat = {
  title: "POSCAR or CONTCAR",
  endings: [".vasp", ".poscar"],
  names: /(^|[/\\])[SBPMI]?(POSCAR|CONTCAR)[^/\\]*$/i,
  // A comment, a scale and three vectors.
  content: /^[^\n]*\n\s*-?[\d.][^\n]*\n(?:\s*[-+]?[\d.]\S*\s+[-+]?[\d.]\S*\s+[-+]?[\d.]\S*[^\n]*\n){3}/,
  parse: parsePoscar,
  format: formatPoscar,
};
