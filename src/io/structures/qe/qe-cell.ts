import { BOHR_PER_ANGSTROM } from "../../../common/units.ts";
import { type Mat3, norm, type Vec3 } from "../../../common/vec3.ts";
import { scaleRows } from "../../../model/structure.ts";
import { type TextSource, toNumber } from "../../text-source.ts";
import { QE_NEEDS, type QeLattice, qeLattice } from "./qe-lattice.ts";
import type { Setting } from "./qe-namelist.ts";

/** A card of an input with the lines that follow it. */
export interface Card {
  readonly at: number;
  readonly option: string;
  /** Lines with content, by index. */
  readonly lines: readonly number[];
}

/** Fields of a line of a card are parted by blanks or commas. */
export const fieldsOf = (line: string): string[] => line.split(/[\s,]+/).filter((word) => word !== "");

/** Returns the number of a variable, undefined if unset. @throws InputError for other values. */
export const numberOf = (
  source: TextSource,
  settings: ReadonlyMap<string, Setting>,
  key: string,
): number | undefined => {
  const found = settings.get(key);
  if (found === undefined) return undefined;
  const value = toNumber(found.value);
  return Number.isFinite(value) ? value : source.fail(found.at, `a number for ${key}`, found.value);
};

/**
 * The lattice of an input, rows [bohr], and alat.
 *
 * @throws InputError with line number, where a parameter is missing or pw.x would stop.
 */
export function qeCell(
  source: TextSource,
  settings: ReadonlyMap<string, Setting>,
  cards: ReadonlyMap<string, Card>,
): { readonly lattice: Mat3; readonly alat: number } {
  const number = (key: string) => numberOf(source, settings, key);
  const ibrav = number("ibrav");
  if (ibrav === undefined) return source.fail(0, "an input of pw.x with ibrav in &SYSTEM");
  const a = number("celldm(1)") ?? scaled(number("a"), BOHR_PER_ANGSTROM);
  const at = settings.get("ibrav")!.at;
  if (ibrav === 0) return freeLattice(source, cards, a);
  const free = cards.get("CELL_PARAMETERS");
  if (free !== undefined)
    source.fail(free.at, `beside ibrav = 0: ibrav = ${ibrav} gives the lattice already`, "CELL_PARAMETERS");
  if (a === undefined || a <= 0) return source.fail(at, "given with celldm(1) in bohr or A in angstrom");
  const lengthA = number("a") ?? 1;
  // celldm(4) is the cosine of a lattice's one free angle; only the triclinic one needs all three.
  const lattice: QeLattice = {
    ibrav,
    a,
    bOverA: number("celldm(2)") ?? scaled(number("b"), 1 / lengthA) ?? Number.NaN,
    cOverA: number("celldm(3)") ?? scaled(number("c"), 1 / lengthA) ?? Number.NaN,
    cosBC: number("cosbc") ?? number("celldm(4)") ?? Number.NaN,
    cosAC: number("cosac") ?? number("celldm(5)") ?? Number.NaN,
    cosAB: number("cosab") ?? number(ibrav === 14 ? "celldm(6)" : "celldm(4)") ?? Number.NaN,
  };
  const missing = QE_NEEDS[ibrav]?.find((key) => Number.isNaN(lattice[key]));
  if (missing !== undefined)
    return source.fail(at, `given with ${missing} (see celldm)`, `ibrav = ${ibrav} alone`);
  const vectors = qeLattice(lattice);
  if (vectors === undefined) return source.fail(at, "a known ibrav, or 0 with CELL_PARAMETERS");
  if (!vectors.flat().every(Number.isFinite))
    return source.fail(at, "given with angles that a lattice can have");
  return { lattice: scaleRows(a, vectors), alat: a };
}

const scaled = (x: number | undefined, s: number): number | undefined =>
  x === undefined ? undefined : s * x;

/**
 * Reads CELL_PARAMETERS in bohr, angstrom, or alat = celldm(1) or the card's own number (`alat=
 * 10.2`). Without a unit: alat if it is given, else bohr with alat = |a₁|.
 */
function freeLattice(
  source: TextSource,
  cards: ReadonlyMap<string, Card>,
  a: number | undefined,
): { readonly lattice: Mat3; readonly alat: number } {
  const card = cards.get("CELL_PARAMETERS");
  if (card === undefined)
    return source.fail(source.lines.length, "a CELL_PARAMETERS card, because ibrav is 0");
  const [v1, v2, v3] = card.lines.slice(0, 3).map((index) => vectorIn(source, index));
  if (v1 === undefined || v2 === undefined || v3 === undefined)
    return source.fail(card.at, "followed by three lattice vectors");
  if (card.lines.length > 3)
    source.warn(card.lines[3]!, `what follows the three vectors is not read: ${source.line(card.lines[3]!)}`);
  const given = /^alat\s*=\s*(\S+)$/.exec(card.option)?.[1];
  const own = given === undefined ? undefined : toNumber(given);
  if (own !== undefined && !(own > 0)) source.fail(card.at, "a card with alat = a length in bohr");
  if (own !== undefined && a !== undefined && Math.abs(own / a - 1) > 1e-6)
    source.warn(card.at, `alat is celldm(1) = ${a} bohr, as for pw.x, not the ${own} beside it`);
  const alat = a ?? own;
  const unit =
    own === undefined
      ? unitOf(source, card, ["alat", "bohr", "angstrom"], alat === undefined ? "bohr" : "alat")
      : "alat";
  if (unit === "alat" && alat === undefined)
    return source.fail(card.at, "in bohr or angstrom: alat needs celldm(1) or A");
  if (unit !== "alat" && a !== undefined)
    return source.fail(
      card.at,
      `in alat, because celldm(1) or A is given: pw.x stops at two lengths`,
      card.option,
    );
  if (card.option === "") source.warn(card.at, `vectors without a unit are in ${unit}, as pw.x takes them`);
  const factor = { angstrom: BOHR_PER_ANGSTROM, bohr: 1, alat: alat! }[unit]; // alat: checked above
  const lattice = scaleRows(factor, [v1, v2, v3]);
  return { lattice, alat: alat ?? norm(lattice[0]) };
}

/** The unit that a card names, or `none` where it names no unit. */
export function unitOf<Unit extends string>(
  source: TextSource,
  card: Card,
  known: readonly Unit[],
  none: Unit,
): Unit {
  if (card.option === "") return none;
  const unit = known.find((each) => each === card.option);
  return unit ?? source.fail(card.at, `a card in ${known.join(", ")}`);
}

/** Three numbers as Fortran reads them from a list. */
function vectorIn(source: TextSource, index: number): Vec3 {
  const numbers = fieldsOf(source.line(index)).flatMap((word) => {
    const [, times, value] = /^(\d+)\*(.+)$/.exec(word) ?? [];
    return Array<number>(Number(times ?? 1)).fill(toNumber(value ?? word));
  });
  const [x = Number.NaN, y = Number.NaN, z = Number.NaN] = numbers;
  if (![x, y, z].every(Number.isFinite)) source.fail(index, "three plain numbers");
  if (numbers.length > 3) source.fail(index, "three numbers, a lattice vector");
  return [x, y, z];
}
