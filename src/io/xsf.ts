import { BOHR_PER_ANGSTROM } from "../common/units.ts";
import { type Mat3, scale, type Vec3 } from "../common/vec3.ts";
import { atomicNumber, ELEMENTS, isElement } from "../model/elements.ts";
import { cartesianPositions, type Structure, scaleRows, toFractional } from "../model/structure.ts";
import { type TextSource, textSource, toNumber, wordsOf } from "./text-source.ts";

const KEYWORD = /^[A-Z_]{4,}/i;

/**
 * Reads the structure of an XCrySDen file: PRIMVEC and PRIMCOORD [Å], atoms by number or symbol. Forces and grids are
 * passed over.
 *
 * @param name what to call the text in messages, usually its path.
 * @throws InputError with line number, what is expected there and what was found; for molecules and animations too.
 */
export function parseXsf(text: string, name = "xsf"): Structure {
  const source = textSource(text.replace(/^([^\n]*?)#[^\n]*$/gm, "$1"), name);
  const find = (word: string) => source.lines.findIndex((line) => line.trim().toUpperCase().startsWith(word));
  const steps = find("ANIMSTEPS");
  if (steps >= 0 && toNumber(wordsOf(source.line(steps))[1]) !== 1)
    source.fail(steps, "one structure; keep one frame of the animation");
  const vectors = find("PRIMVEC");
  if (vectors < 0) source.fail(0, "a periodic structure with PRIMVEC; give molecules a box");
  const coordinates = find("PRIMCOORD");
  if (coordinates < 0) source.fail(vectors, "followed by PRIMCOORD with the atoms");

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
  const lines = contentAfter(source, countLine, count);
  if (lines.length < count) source.fail(countLine, `followed by ${count} atoms`, `${lines.length} atoms`);
  return {
    lattice,
    atoms: lines.map((index) => {
      const [label, ...rest] = wordsOf(source.line(index));
      const number = toNumber(label);
      const element = Number.isInteger(number) ? ELEMENTS[number - 1] : label;
      if (element === undefined || !isElement(element))
        return source.fail(index, "an atomic number or chemical symbol and three coordinates");
      const cart = vectorIn(source, index, rest);
      return { element, position: fractional(scale(BOHR_PER_ANGSTROM, cart)) };
    }),
  };
}

/** Up to `most` lines with numbers that follow line `from`, blank ones left out, before the next keyword. */
function contentAfter(source: TextSource, from: number, most: number): number[] {
  const found: number[] = [];
  for (let index = from + 1; index < source.lines.length && found.length < most; index++) {
    if (source.line(index) === "") continue;
    if (KEYWORD.test(source.line(index))) break;
    found.push(index);
  }
  return found;
}

function vectorIn(source: TextSource, index: number, words: readonly string[]): Vec3 {
  const [x, y, z] = words.slice(0, 3).map(toNumber);
  const v: Vec3 = [x ?? Number.NaN, y ?? Number.NaN, z ?? Number.NaN];
  if (!v.every(Number.isFinite)) source.fail(index, "three coordinates in angstrom");
  return v;
}

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
