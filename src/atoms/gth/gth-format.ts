import { requireInput } from "../../common/failure.ts";
import { isElement } from "../elements.ts";
import type { GthPotential } from "../pseudopotential.ts";

/**
 * The text format in which GTH potentials are published, one entry after another, `#` starting a
 * comment:
 *
 *   Al GTH-PADE-q3 GTH-LDA-q3          element, name, other names
 *     2    1                           electrons with l = 0, 1, …
 *     0.45    1    -8.49135116         r_loc, n, C1 … Cn
 *     2                                number of nonlocal channels l = 0, 1, …
 *     0.46010427  2  5.08833953  -1.03784325     r_l, n, upper triangle of h^l row by row
 *                                 2.67969975
 *     0.53674439  1  2.19343827
 *
 * Line breaks inside the numbers do not matter. Entries with parts that our formulas do not have
 * (core correction `NLCC`, extra local functions `LPOT`, `LSD`, spin-orbit `SOC`) are left out.
 *
 * @param file its name, for messages.
 * @throws InputError with file, line, what was expected and what was found; or if no entry remains.
 */
export function parseGth(text: string, file = "gth file"): GthEntry[] {
  const reader = tokens(text, file);
  const found: GthEntry[] = [];
  const leftOut: string[] = [];
  while (!reader.atEnd()) {
    requireInput(reader.atHeader(), () =>
      found.length + leftOut.length === 0
        ? notOurs(file, text)
        : reader.expected("an element and the name of its potential"),
    );
    const line = reader.line();
    const element = reader.word();
    const name = reader.word();
    const otherNames = reader.restOfLine();
    const entry = readEntry(reader, file, element, name);
    if (entry === undefined) {
      leftOut.push(`${element} ${name} (line ${line}, ${reader.word()})`);
      while (!reader.atEnd() && !reader.atHeader()) reader.word();
    } else found.push({ ...entry, otherNames });
  }
  requireInput(found.length > 0, () =>
    leftOut.length > 0
      ? `${file}: only entries without core correction, LPOT, LSD and SOC can be used, got ${leftOut.join(", ")}`
      : notOurs(file, text),
  );
  return found;
}

const notOurs = (file: string, text: string): string =>
  `${file}: must be a pseudopotential in the format UPF, psp8 or GTH, got ${kindOf(text)}`;

/** What a text that is no pseudopotential is. */
function kindOf(text: string): string {
  const start = text.trimStart().slice(0, 400);
  if (start === "") return "an empty file";
  if (/<psml[\s>]/.test(start)) return "a psml file";
  if (/<paw_(dataset|setup)[\s>]/.test(start)) return "a PAW data set";
  if (/^(<!doctype html|<html|<head|<body)/i.test(start)) return "a web page";
  return `a file that starts ${JSON.stringify(start.split(/\r?\n/)[0]!.slice(0, 40))}`;
}

/** A potential with the names that its file gives it beside the first. */
export interface GthEntry extends GthPotential {
  readonly otherNames: readonly string[];
}

/** Projectors of one channel: published potentials have up to three. */
const MOST = 10;
const KEYWORDS = ["NLCC", "LPOT", "LSD", "SOC"];

/** One entry after its header; undefined at a keyword of a part we do not have. */
function readEntry(reader: Reader, file: string, element: string, name: string): GthPotential | undefined {
  const populationLine = reader.line();
  let charge = 0;
  do {
    if (reader.atKeyword()) return undefined;
    charge += reader.count("the number of electrons of one angular momentum");
  } while (!reader.atEnd() && reader.line() === populationLine);
  requireInput(charge > 0, () => `${file} line ${populationLine}: valence electrons are expected, got none`);

  if (reader.atKeyword()) return undefined;
  const rloc = reader.radius("r_loc");
  const nLocal = reader.count("the number of local coefficients (0 to 4)");
  requireInput(nLocal <= 4, () => reader.expected(`at most 4 local coefficients, announced are ${nLocal}`));
  const c = reader.numbers(nLocal, "a local coefficient");

  if (reader.atKeyword()) return undefined;
  const nChannels = reader.count("the number of nonlocal channels (0 to 4)");
  requireInput(nChannels <= 4, () => reader.expected(`channels l = 0 to 3, announced are ${nChannels}`));
  const channels: { r: number; h: number[][] }[] = [];
  for (let l = 0; l < nChannels; l++) {
    if (reader.atKeyword()) return undefined;
    const r = reader.radius(`the radius of channel l = ${l}`);
    const n = reader.count(`the number of projectors of channel l = ${l}`);
    requireInput(n <= MOST, () =>
      reader.expected(`at most ${MOST} projectors of a channel, announced are ${n}`),
    );
    channels.push({ r, h: symmetric(n, reader.numbers((n * (n + 1)) / 2, `h of channel l = ${l}`)) });
  }
  if (reader.atKeyword()) return undefined;
  return { kind: "gth", element, name, charge, rloc, c, channels };
}

/** The full n × n matrix of an upper triangle given row by row. */
export function symmetric(n: number, triangle: readonly number[]): number[][] {
  const h = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  let at = 0;
  for (let i = 0; i < n; i++)
    for (let j = i; j < n; j++) {
      h[i]![j] = triangle[at]!;
      h[j]![i] = triangle[at++]!;
    }
  return h;
}

interface Reader {
  atEnd(): boolean;
  /** At a line that starts with an element and goes on with a name. */
  atHeader(): boolean;
  atKeyword(): boolean;
  /** Line of the next word, from 1. */
  line(): number;
  /** The words left on the line of the last word read. */
  restOfLine(): string[];
  word(): string;
  count(what: string): number;
  radius(what: string): number;
  numbers(n: number, what: string): number[];
  /** Text of the message that `what` was expected at the next word. */
  expected(what: string): string;
}

function tokens(text: string, file: string): Reader {
  const words = text.split(/\r?\n/).flatMap((content, i) =>
    content
      .replace(/#.*/, "")
      .split(/\s+/)
      .filter((word) => word !== "")
      .map((word, column) => ({ word, line: i + 1, column })),
  );
  let at = 0;
  const isNumber = (word: string) => /^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$/.test(word);
  const expected = (what: string) => {
    const next = words[at];
    return next === undefined
      ? `${file}: ${what} expected, got the end of the text`
      : `${file} line ${next.line}: ${what} expected, got ${next.word}`;
  };
  const number = (what: string): number => {
    requireInput(at < words.length && isNumber(words[at]!.word), () => expected(what));
    return Number(words[at++]!.word.replace(/[dD]/, "e"));
  };
  const checked = (what: string, isGood: (value: number) => boolean): number => {
    const start = at;
    const value = number(what);
    if (!isGood(value)) at = start; // so that the message shows the word
    requireInput(isGood(value), () => expected(what));
    return value;
  };
  return {
    atEnd: () => at >= words.length,
    atHeader() {
      const [first, second] = [words[at], words[at + 1]];
      return (
        first !== undefined &&
        first.column === 0 &&
        isElement(first.word) &&
        second?.line === first.line &&
        !isNumber(second.word)
      );
    },
    atKeyword: () => KEYWORDS.includes(words[at]?.word ?? ""),
    line: () => words[at]?.line ?? 0,
    restOfLine() {
      const { line } = words[at - 1]!;
      const start = at;
      while (words[at]?.line === line) at++;
      return words.slice(start, at).map(({ word }) => word);
    },
    word: () => words[at++]!.word,
    count: (what) => checked(what, (value) => Number.isInteger(value) && value >= 0),
    radius: (what) => checked(`${what}, a positive length in bohr,`, (value) => value > 0),
    numbers: (n, what) => Array.from({ length: n }, () => number(what)),
    expected,
  };
}
