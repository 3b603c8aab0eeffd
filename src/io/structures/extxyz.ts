import { ELEMENTS } from "../../atoms/elements.ts";
import { requireInput } from "../../common/failure.ts";
import { BOHR_PER_ANGSTROM } from "../../common/units.ts";
import { det, type Mat3, norm, scale, type Vec3 } from "../../common/vec3.ts";
import { cartesianPositions, type Structure, scaleRows, toFractional } from "../../model/structure.ts";
import { type TextSource, textSource, toNumber, tripleOf, wordsOf } from "../text-source.ts";
import { axisWarning, collinearMoments } from "./collinear-moments.ts";
import { elementOfSymbol } from "./element-label.ts";
import type { StructureFormat } from "./structure-format.ts";

/** One frame of an extended XYZ file, in the units of the format. */
export interface ExtxyzFrame {
  /** Rows [Å]. */
  readonly lattice: Mat3;
  readonly atoms: readonly ExtxyzAtom[];
}

export interface ExtxyzAtom {
  readonly element: string;
  /** Cartesian [Å]. */
  readonly position: Vec3;
  /** Initial moment [μB], from a column `initial_magmoms` or `magmoms`. */
  readonly magneticMoment?: number;
}

/** What an extended XYZ file says beside its frame. */
export interface ExtxyzReading {
  readonly frame: ExtxyzFrame;
  /** Electrons removed, from a key `charge` or `total_charge`. */
  readonly charge?: number;
  readonly warnings: readonly string[];
}

/** Keys of the comment that are read, or say nothing of the crystal. */
const KEYS = ["lattice", "properties", "pbc", "charge", "total_charge"];
/** Columns that hold moments, the first of them that is there. */
const MOMENTS = ["initial_magmoms", "magmoms", "magmom", "magnetic_moments"];

/**
 * Reads an extended XYZ text of one frame: the number of atoms, a line of `key=value` pairs with
 * `Lattice` and `Properties`, then one line per atom. A warning names other keys and columns.
 * Moments are numbers, or vectors along one axis.
 *
 * @param name what to call the text in messages, usually its path.
 * @param box edge of a cube with the molecule at its middle, for a text without `Lattice` [Å].
 * @throws InputError with line number, rule and value.
 */
export function readExtxyz(text: string, name = "extxyz", box?: number): ExtxyzReading {
  const source = textSource(text, name);
  const { fail, line } = source;
  const count = Number(line(0) === "" ? Number.NaN : line(0));
  if (!Number.isInteger(count) || count < 1) fail(0, "the number of atoms", line(0));
  if (count > source.lines.length) fail(0, "at most as many atoms as there are lines", line(0));

  const pairs = keyValues(source);
  const lattice = latticeOf(source, pairs.get("lattice"), box);
  const properties = pairs.get("properties") ?? "species:S:1:pos:R:3";
  const columns = columnsOf(properties);
  if (columns === undefined) return fail(1, "Properties such as species:S:1:pos:R:3", properties);
  const vectors: Vec3[] = [];
  const atoms = Array.from({ length: count }, (_, i): ExtxyzAtom => {
    const at = i + 2;
    const words = wordsOf(line(at));
    if (words.length < columns.width)
      fail(at, `atom ${i + 1} of ${count} with ${columns.width} columns`, line(at));
    if (words.length > columns.width)
      source.warn(
        at,
        `more columns than the ${columns.width} of Properties: what stands behind them is not read`,
      );
    const position =
      tripleOf(words.slice(columns.position)) ??
      fail(at, `three coordinates of atom ${i + 1} in angstrom`, line(at));
    const word = words[columns.species] ?? "";
    const element = columns.isNumber ? ELEMENTS[toNumber(word) - 1] : elementOfSymbol(word);
    const number = columns.number === undefined ? undefined : words[columns.number];
    if (number !== undefined && element !== undefined && ELEMENTS[toNumber(number) - 1] !== element)
      return fail(at, `the atomic number of ${element} in the column Z, as species says`, number);
    if (element === undefined)
      return fail(
        at,
        columns.isNumber ? "an atomic number in the column Z" : "a chemical symbol in the column species",
        word,
      );
    if (columns.moment === undefined) return { element, position };
    const { start, size } = columns.moment;
    const moment = words.slice(start, start + size).map(toNumber);
    if (!moment.every(Number.isFinite)) fail(at, `a magnetic moment of atom ${i + 1}`, line(at));
    const [first = 0, second = 0, third = 0] = moment;
    vectors.push(size === 1 ? [0, 0, first] : [first, second, third]);
    return { element, position };
  });
  const rest = source.lines.findIndex((_, index) => index >= count + 2 && line(index) !== "");
  if (rest >= 0) fail(rest, `the end of the file after ${count} atoms; keep one frame`, line(rest));

  const charges = ["charge", "total_charge"].flatMap((key) => (pairs.has(key) ? [pairs.get(key)!] : []));
  const charge = charges[0] === undefined ? undefined : toNumber(charges[0]);
  if (charges.some((each) => !Number.isFinite(toNumber(each)) || toNumber(each) !== charge))
    fail(1, "one charge, a number of electrons", charges.join(" and "));
  if (/F/i.test(pairs.get("pbc") ?? ""))
    source.warn(1, `pbc ${pairs.get("pbc")}: the cell is repeated along all three vectors here`);
  const unread = [...columns.others, ...[...pairs.keys()].filter((key) => !KEYS.includes(key))];
  if (unread.length > 0) source.warn(1, `not read: ${unread.join(", ")}`);
  const placed = pairs.has("lattice") ? atoms : inMiddle(atoms, box!);
  return {
    frame: { lattice, atoms: columns.moment === undefined ? placed : withMoments(source, placed, vectors) },
    ...(charge === undefined ? {} : { charge }),
    warnings: source.warnings,
  };
}

const UNIT: Mat3 = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** Moves atoms to the middle of a cube. @throws InputError if it is too small for them. */
function inMiddle(atoms: readonly ExtxyzAtom[], box: number): ExtxyzAtom[] {
  const ends = ([0, 1, 2] as const).map((i) => {
    const along = atoms.map(({ position }) => position[i]);
    return [along.reduce((a, b) => Math.min(a, b)), along.reduce((a, b) => Math.max(a, b))] as const;
  });
  const size = Math.max(...ends.map(([low, high]) => high - low));
  requireInput(
    box > size,
    () => `box: must be larger than the molecule, ${size.toFixed(2)} A, got ${box.toFixed(2)} A`,
  );
  const [x, y, z] = ends.map(([low, high]) => (box - low - high) / 2) as [number, number, number];
  return atoms.map(({ position: [a, b, c], ...atom }) => ({ ...atom, position: [a + x, b + y, c + z] }));
}

function withMoments(
  source: TextSource,
  atoms: readonly ExtxyzAtom[],
  vectors: readonly Vec3[],
): ExtxyzAtom[] {
  const found = collinearMoments(vectors);
  if (found === undefined)
    return source.fail(1, "moments along one axis: spin is collinear here", "vectors that are not");
  const warning = axisWarning(found);
  if (warning !== undefined) source.warn(1, warning);
  return atoms.map((atom, i) => ({ ...atom, magneticMoment: found.moments[i]! }));
}

function latticeOf(source: TextSource, text: string | undefined, box: number | undefined): Mat3 {
  if (text === undefined && box !== undefined) return scaleRows(box, UNIT);
  if (text === undefined)
    return source.fail(
      1,
      'a comment with Lattice="ax ay az bx by bz cx cy cz" in angstrom; stillwave new from FILE --box 10 puts a molecule into a box',
    );
  if (box !== undefined) source.fail(1, "no Lattice where a box is given", text);
  const numbers = text
    .trim()
    .split(/[\s,]+/)
    .map(toNumber);
  const [a, b, c, d, e, f, g, h, i] = numbers;
  if (numbers.length !== 9 || !numbers.every(Number.isFinite))
    return source.fail(1, "a Lattice of nine numbers in angstrom", text);
  const lattice: Mat3 = [
    [a!, b!, c!],
    [d!, e!, f!],
    [g!, h!, i!],
  ];
  if (Math.abs(det(lattice)) <= 1e-6 * norm(lattice[0]) * norm(lattice[1]) * norm(lattice[2]))
    source.fail(1, "a Lattice of three vectors that span a volume", text);
  return lattice;
}

/** `key=value`, values with spaces in double or single quotes or braces; keys in lower case. */
function keyValues(source: TextSource): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const match of source
    .line(1)
    .matchAll(/([A-Za-z_][\w-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|\{([^}]*)\}|(\S+))/g)) {
    const key = match[1]!.toLowerCase();
    if (pairs.has(key)) source.fail(1, `a comment with one ${match[1]}`, source.line(1));
    pairs.set(key, match[2] ?? match[3] ?? match[4] ?? match[5] ?? "");
  }
  return pairs;
}

interface Columns {
  /** Of symbols, or of atomic numbers. */
  readonly species: number;
  readonly isNumber: boolean;
  /** Of atomic numbers beside symbols. */
  readonly number: number | undefined;
  readonly position: number;
  readonly moment: { readonly start: number; readonly size: number } | undefined;
  /** Names of columns that are not read. */
  readonly others: readonly string[];
  readonly width: number;
}

/** Where the columns we read start in a `name:type:count:…` description. */
function columnsOf(properties: string): Columns | undefined {
  const parts = properties.trim().split(":");
  const found = new Map<string, { start: number; size: number }>();
  let width = 0;
  for (let at = 0; at < parts.length; at += 3) {
    const size = Number(parts[at + 2]);
    if (!/^[SRIL]$/.test(parts[at + 1] ?? "") || !Number.isInteger(size) || size < 1) return undefined;
    const key = (parts[at] ?? "").toLowerCase();
    if (found.has(key)) return undefined;
    found.set(key, { start: width, size });
    width += size;
  }
  const symbol = found.has("species") ? "species" : "z";
  const species = found.get(symbol);
  const position = found.get("pos");
  if (species?.size !== 1 || position?.size !== 3) return undefined;
  const name = MOMENTS.find((each) => found.has(each));
  const moment = name === undefined ? undefined : found.get(name)!;
  if (moment !== undefined && moment.size !== 1 && moment.size !== 3) return undefined;
  const others = [...found.keys()].filter((key) => !["species", "z", "pos", name].includes(key));
  return {
    species: species.start,
    isNumber: symbol === "z",
    number: symbol === "z" ? undefined : found.get("z")?.start,
    position: position.start,
    moment,
    others,
    width,
  };
}

/**
 * Formats a frame as extended XYZ with all digits, for `readExtxyz`.
 *
 * @param charge electrons removed, written as the key `charge` unless it is 0.
 */
export function formatExtxyz({ lattice, atoms }: ExtxyzFrame, charge = 0): string {
  requireInput(atoms.length > 0, () => "formatExtxyz: must have at least one atom, got none");
  const hasMoments = atoms.some((atom) => atom.magneticMoment !== undefined);
  const properties = `species:S:1:pos:R:3${hasMoments ? ":initial_magmoms:R:1" : ""}`;
  const rows = atoms.map(({ element, position, magneticMoment }) =>
    [element, ...position, ...(hasMoments ? [magneticMoment ?? 0] : [])].join(" "),
  );
  const keys = ['pbc="T T T"', ...(charge === 0 ? [] : [`charge=${charge}`])];
  return frameText(lattice.flat().join(" "), properties, keys, rows);
}

/** A frame of extended XYZ: the number of atoms, a line of keys, a row for each atom. */
export const frameText = (
  lattice: string,
  properties: string,
  keys: readonly string[],
  rows: readonly string[],
): string =>
  `${rows.length}\nLattice="${lattice}" Properties=${properties} ${keys.join(" ")}\n${rows.join("\n")}\n`;

/** Extended XYZ, as ASE writes it. */
export const extxyz: StructureFormat = {
  title: "extxyz",
  endings: [".extxyz", ".xyz"],
  content: /^\s*\d+\s*\n[^\n]*Lattice=/i,
  holdsMoments: true,
  mayLackCell: true,
  parse(text, name, { box }) {
    const { frame, ...said } = readExtxyz(text, name, box && box / BOHR_PER_ANGSTROM);
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
  },
  format: ({ charge, ...structure }) => formatExtxyz(toFrame(structure), charge),
};

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
