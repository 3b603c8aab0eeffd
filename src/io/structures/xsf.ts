import { atomicNumber, ELEMENTS } from "../../atoms/elements.ts";
import { BOHR_PER_ANGSTROM } from "../../common/units.ts";
import { type Mat3, scale, type Vec3 } from "../../common/vec3.ts";
import {
  cartesianPositions,
  type Structure,
  type StructureInFile,
  scaleRows,
  toFractional,
} from "../../model/structure.ts";
import { type TextSource, textSource, toNumber, tripleOf, wordsOf } from "../text-source.ts";
import { elementOfSymbol } from "./element-label.ts";
import type { StructureFormat } from "./structure-format.ts";

const KEYWORD = /^([A-Z_]{4,}|DIM-GROUP)/i;

/** What DIM-GROUP calls by the number of directions in which the structure is periodic. */
const PERIODICITIES = ["MOLECULE", "POLYMER", "SLAB"];

/**
 * Reads the structure of an XCrySDen file: PRIMVEC and PRIMCOORD [Å], atoms by number or symbol. A
 * warning tells of forces, grids and the periodicity of slabs and polymers.
 *
 * @param name what to call the text in messages, usually its path.
 * @throws InputError with line number, rule and value; also for molecules and several frames.
 */
export function parseXsf(text: string, name = "xsf"): StructureInFile {
  const source = textSource(text.replace(/^([^\n]*?)#[^\n]*$/gm, "$1"), name);
  const findAll = (word: string) =>
    source.lines.flatMap((_, index) =>
      (wordsOf(source.line(index))[0] ?? "").toUpperCase() === word ? [index] : [],
    );
  const only = (word: string): number | undefined => {
    const [first, second] = findAll(word);
    if (second !== undefined)
      source.fail(second, `the only ${word}, but line ${first! + 1} has one: keep one frame`);
    return first;
  };
  const [steps] = findAll("ANIMSTEPS");
  if (steps !== undefined && toNumber(wordsOf(source.line(steps))[1]) !== 1)
    source.fail(steps, "one structure; keep one frame of the animation");
  const vectors = only("PRIMVEC");
  if (vectors === undefined) return source.fail(0, "a periodic structure with PRIMVEC; give molecules a box");
  const coordinates = only("PRIMCOORD");
  if (coordinates === undefined) return source.fail(vectors, "followed by PRIMCOORD with the atoms");
  const [atoms] = findAll("ATOMS");
  if (atoms !== undefined) source.fail(atoms, "a crystal by PRIMCOORD alone");
  for (const word of ["SLAB", "POLYMER", "MOLECULE"])
    for (const index of findAll(word))
      source.warn(index, `${word}: the cell is repeated along all three vectors here`);
  for (const index of findAll("DIM-GROUP")) {
    const kind = PERIODICITIES[toNumber(wordsOf(source.lines[index + 1] ?? "")[0])];
    if (kind !== undefined) source.warn(index, `${kind}: the cell is repeated along all three vectors here`);
  }
  const [conventional] = findAll("CONVCOORD");
  if (conventional !== undefined)
    source.warn(conventional, "atoms of the conventional cell are not read: PRIMCOORD has them");
  const grid = source.lines.findIndex((line) => /^\s*BEGIN_BLOCK_DATAGRID/i.test(line));
  if (grid >= 0) source.warn(grid, "values on a grid are not read");

  const rows = contentAfter(source, vectors, 3).map((index) =>
    vectorIn(source, index, wordsOf(source.line(index))),
  );
  const [a, b, c] = rows;
  if (a === undefined || b === undefined || c === undefined)
    return source.fail(vectors, "followed by three lattice vectors in angstrom");
  const lattice = scaleRows(BOHR_PER_ANGSTROM, [a, b, c]);
  const fractional = toFractional(lattice);
  const [countLine] = contentAfter(source, coordinates, 1);
  const count = toNumber(wordsOf(source.line(countLine ?? coordinates + 1))[0]);
  if (countLine === undefined || !Number.isInteger(count) || count < 1)
    return source.fail(countLine ?? coordinates + 1, "the number of atoms and 1");
  const lines = contentAfter(source, countLine, count + 1);
  if (lines.length < count) source.fail(countLine, `followed by ${count} atoms`, `${lines.length} atoms`);
  if (lines.length > count)
    source.fail(lines[count]!, `a keyword after the ${count} atoms of line ${countLine + 1}`);
  return {
    lattice,
    atoms: lines.map((index) => {
      const [label, ...rest] = wordsOf(source.line(index));
      const number = toNumber(label);
      const element = Number.isInteger(number) ? ELEMENTS[number - 1] : elementOfSymbol(label ?? "");
      if (element === undefined)
        return source.fail(index, "an atomic number or chemical symbol and three coordinates");
      const cart = vectorIn(source, index, rest);
      if (rest.length > 3) source.warn(lines[0]!, "forces beside the atoms are not read");
      return { element, position: fractional(scale(BOHR_PER_ANGSTROM, cart)) };
    }),
    warnings: source.warnings,
  };
}

/**
 * Up to `most` lines with numbers after line `from`, before the next keyword, without blank ones.
 */
function contentAfter(source: TextSource, from: number, most: number): number[] {
  const found: number[] = [];
  for (let index = from + 1; index < source.lines.length && found.length < most; index++) {
    if (source.line(index) === "") continue;
    if (KEYWORD.test(source.line(index))) break;
    found.push(index);
  }
  return found;
}

const vectorIn = (source: TextSource, index: number, words: readonly string[]): Vec3 =>
  tripleOf(words) ?? source.fail(index, "three coordinates in angstrom");

/** XSF text: `parseXsf` gives the same structure back. */
export function formatXsf(structure: Structure): string {
  const lattice: Mat3 = scaleRows(1 / BOHR_PER_ANGSTROM, structure.lattice);
  const positions = cartesianPositions(structure).map((r) => scale(1 / BOHR_PER_ANGSTROM, r));
  return [
    "CRYSTAL",
    "PRIMVEC",
    ...lattice.map((a) => a.join(" ")),
    "PRIMCOORD",
    `${structure.atoms.length} 1`,
    ...structure.atoms.map(({ element }, i) => `${atomicNumber(element)} ${positions[i]!.join(" ")}`),
    "",
  ].join("\n");
}

/** Structures of XCrySDen. */
export const xsf: StructureFormat = {
  title: "XSF",
  endings: [".xsf", ".axsf"],
  content: /^\s*PRIMVEC\b/im,
  parse: parseXsf,
  format: formatXsf,
};
