import { BOHR_PER_ANGSTROM } from "../common/units.ts";
import { type Mat3, norm, scale, type Vec3 } from "../common/vec3.ts";
import { isElement } from "../model/elements.ts";
import { type Structure, scaleRows, toFractional } from "../model/structure.ts";
import { QE_NEEDS, type QeLattice, qeLattice } from "./qe-lattice.ts";
import { type TextSource, textSource, toNumber, wordsOf } from "./text-source.ts";

interface Setting {
  readonly value: string;
  readonly at: number;
}
interface Card {
  readonly at: number;
  readonly option: string;
  /** Lines with content, by index. */
  readonly lines: readonly number[];
}

const CARDS =
  /^(ATOMIC_SPECIES|ATOMIC_POSITIONS|K_POINTS|ADDITIONAL_K_POINTS|CELL_PARAMETERS|CONSTRAINTS|OCCUPATIONS|ATOMIC_VELOCITIES|ATOMIC_FORCES|SOLVENTS|HUBBARD)\b/i;

/**
 * Reads the structure of an input of Quantum ESPRESSO's pw.x: `ibrav` with celldm or A, B, C, or CELL_PARAMETERS;
 * ATOMIC_POSITIONS in every unit but crystal_sg. Everything else of the input is passed over.
 *
 * @param name what to call the text in messages, usually its path.
 * @throws InputError with line number, what is expected there and what was found.
 */
export function parseQeInput(text: string, name = "pw.in"): Structure {
  const source = textSource(text.replace(/[!#].*$/gm, ""), name);
  const settings = systemSettings(source);
  const cards = cardsOf(source);
  const { lattice, alat } = latticeOf(source, settings, cards);
  const card = cards.get("ATOMIC_POSITIONS");
  if (card === undefined) return source.fail(source.lines.length, "an ATOMIC_POSITIONS card");
  const unit = unitOf(source, card, ["alat", "bohr", "angstrom", "crystal"], "alat");
  const factor = { alat, bohr: 1, angstrom: BOHR_PER_ANGSTROM, crystal: undefined }[unit];
  const fractional = toFractional(lattice);
  const count = Number(settings.get("nat")?.value ?? card.lines.length);
  if (card.lines.length < count)
    source.fail(card.at, `followed by the nat = ${count} atoms`, `${card.lines.length} lines`);
  return {
    lattice,
    atoms: card.lines.slice(0, count).map((index) => {
      const [label = "", ...rest] = wordsOf(source.line(index));
      const element = elementOf(label);
      if (element === undefined)
        return source.fail(index, "an atom: a label that begins with a chemical symbol");
      const position = vectorIn(source, index, rest);
      return { element, position: factor === undefined ? position : fractional(scale(factor, position)) };
    }),
  };
}

/** `Fe1`, `Fe_up` and `fe` are iron. */
function elementOf(label: string): string | undefined {
  const letters = /^[A-Za-z]{1,2}/.exec(label.replace(/[^A-Za-z].*$/, ""))?.[0] ?? "";
  const usual = letters.charAt(0).toUpperCase() + letters.slice(1).toLowerCase();
  return [usual, usual.charAt(0)].find(isElement);
}

/** Variables of &SYSTEM in lower case. */
function systemSettings(source: TextSource): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  let isInside = false;
  for (const [at, raw] of source.lines.entries()) {
    const line = raw.trim();
    if (/^&system\b/i.test(line)) isInside = true;
    else if (line.startsWith("&")) isInside = false;
    if (isInside)
      for (const [, key, value] of line.matchAll(
        /([A-Za-z_]\w*(?:\(\s*\d+\s*\))?)\s*=\s*('[^']*'|"[^"]*"|[^,\s/]+)/g,
      ))
        settings.set(key!.toLowerCase().replaceAll(" ", ""), { value: value!, at });
    if (line === "/" || /[\s,]\/$/.test(line)) isInside = false;
  }
  return settings;
}

function cardsOf(source: TextSource): Map<string, Card> {
  const cards = new Map<string, { at: number; option: string; lines: number[] }>();
  let open: { lines: number[] } | undefined;
  for (const [at, raw] of source.lines.entries()) {
    const line = raw.trim();
    const card = CARDS.exec(line);
    if (card !== null) {
      const option = line
        .slice(card[0].length)
        .replace(/[{}()]/g, "")
        .trim()
        .toLowerCase();
      const fresh = { at, option, lines: [] };
      cards.set(card[1]!.toUpperCase(), fresh);
      open = fresh;
    } else if (line.startsWith("&")) open = undefined;
    else if (line !== "" && line !== "/") open?.lines.push(at);
  }
  return cards;
}

function latticeOf(
  source: TextSource,
  settings: ReadonlyMap<string, Setting>,
  cards: ReadonlyMap<string, Card>,
): { readonly lattice: Mat3; readonly alat: number } {
  const number = (key: string): number | undefined => {
    const found = settings.get(key);
    if (found === undefined) return undefined;
    const value = toNumber(found.value);
    return Number.isFinite(value) ? value : source.fail(found.at, `a number for ${key}`, found.value);
  };
  const ibrav = number("ibrav");
  if (ibrav === undefined) return source.fail(0, "an input of pw.x with ibrav in &SYSTEM");
  const a = number("celldm(1)") ?? scaled(number("a"), BOHR_PER_ANGSTROM);
  if (ibrav === 0) return freeLattice(source, cards, a);
  const at = settings.get("ibrav")!.at;
  if (a === undefined || a <= 0) return source.fail(at, "given with celldm(1) in bohr or A in angstrom");
  const lengthA = number("a") ?? 1;
  // celldm(4) is the cosine of the one angle that the lattice has free; only the triclinic one needs all three.
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

/** CELL_PARAMETERS: in bohr, angstrom, or alat = celldm(1); without a unit and alat, in bohr with alat = |a₁|. */
function freeLattice(
  source: TextSource,
  cards: ReadonlyMap<string, Card>,
  a: number | undefined,
): { readonly lattice: Mat3; readonly alat: number } {
  const card = cards.get("CELL_PARAMETERS");
  if (card === undefined)
    return source.fail(source.lines.length, "a CELL_PARAMETERS card, because ibrav is 0");
  const [v1, v2, v3] = card.lines
    .slice(0, 3)
    .map((index) => vectorIn(source, index, wordsOf(source.line(index))));
  if (v1 === undefined || v2 === undefined || v3 === undefined)
    return source.fail(card.at, "followed by three lattice vectors");
  const unit = unitOf(source, card, ["alat", "bohr", "angstrom"], a === undefined ? "bohr" : "alat");
  if (unit === "alat" && a === undefined)
    return source.fail(card.at, "in bohr or angstrom: alat needs celldm(1) or A");
  const factor = unit === "angstrom" ? BOHR_PER_ANGSTROM : unit === "bohr" ? 1 : a!; // checked above
  const lattice = scaleRows(factor, [v1, v2, v3]);
  return { lattice, alat: a ?? norm(lattice[0]) };
}

function unitOf<Unit extends string>(
  source: TextSource,
  card: Card,
  known: readonly Unit[],
  none: Unit,
): Unit {
  if (card.option === "") return none;
  const unit = known.find((each) => each === card.option);
  return unit ?? source.fail(card.at, `a card in ${known.join(", ")}`);
}

function vectorIn(source: TextSource, index: number, words: readonly string[]): Vec3 {
  const [x, y, z] = words.slice(0, 3).map(toNumber);
  const v: Vec3 = [x ?? Number.NaN, y ?? Number.NaN, z ?? Number.NaN];
  if (!v.every(Number.isFinite)) source.fail(index, "three plain numbers");
  return v;
}
