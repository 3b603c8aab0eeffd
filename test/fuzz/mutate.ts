import type { Random } from "../../src/common/random.ts";

/*
 * Wrong inputs made of right ones: bytes, lines, numbers, words and fields are changed, one to three at a
 * time. The same stream of random numbers gives the same text.
 */

/** Numbers at which programs break, as files write them. */
const NUMBERS = [
  ...["0", "-0", "-1", "1", "0.5", "2", "3", "1e-300", "5e-324", "1e-12", "1e6", "100000", "999999999"],
  ...["1e9", "2147483648", "4294967296", "9007199254740993", "1e16", "1e155", "1e308", "-1e308", "1e400"],
  ...["NaN", "nan", "inf", "Infinity", "-Infinity", "1d3", "1.5D+2", "0x10", "1,5", "1/0", "1e", "+", "--1"],
  ...["1(2)", "00012", `1${"0".repeat(400)}`, `0.${"3".repeat(400)}`, "1_000", "٣"],
];
/** Words with a meaning of their own somewhere. */
const WORDS = [
  ...["", " ", "__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "null", "true"],
  ...[
    "undefined",
    "Si",
    "Xx",
    "D",
    "Fe3+",
    "none",
    "\u0000",
    "\u001b[31mred\u001b[0m",
    "\u009b2J",
    "\r",
    "\n",
  ],
  ...["é", "\ud800", "\u202e", "%s", "../../etc", "x".repeat(5000), "'", '"', "#", "!", "{", "}", "[", "]"],
];
/** Values that a field of JSON may have and rarely should. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1, 2, 0.5, 1e-300, 1e-9, 1e9, 1e16, 1e308, -1e308, 2 ** 31, 2 ** 53 + 2, 17],
  ...["", "x", "1", "nan", "__proto__", "toString", "\u001b[31m", [], {}, [[]], [null], [{}], [1], [1, 2, 3]],
  ...[{ name: "x" }, { length: 3 }, [0, 0, 0], [[0, 0, 0]], "x".repeat(2000), Array(50).fill(1)],
];

type Change = (text: string, random: Random, other: string) => string;

const below = ({ uniform }: Random, n: number): number => Math.floor(uniform() * n);
const pick = <T>(random: Random, list: readonly T[]): T => list[below(random, list.length)]!;
const splice = (text: string, from: number, to: number, put: string): string =>
  text.slice(0, from) + put + text.slice(to);

/** Replaces one match of a pattern. */
const replaceOne = (pattern: RegExp, by: (found: string, random: Random) => string): Change =>
  function change(text, random) {
    const found = [...text.matchAll(pattern)];
    if (found.length === 0) return text;
    const { 0: word, index } = pick(random, found);
    return splice(text, index, index + word.length, by(word, random));
  };

const onLines =
  (change: (lines: string[], at: number, random: Random, other: string) => void): Change =>
  (text, random, other) => {
    const lines = text.split("\n");
    change(lines, below(random, lines.length), random, other);
    return lines.join("\n");
  };

const NUMBER = /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?/g;
const WORD = /[A-Za-z_][\w.-]*/g;

const CHANGES: readonly Change[] = [
  // numbers
  replaceOne(NUMBER, (_, random) => pick(random, NUMBERS)),
  replaceOne(NUMBER, (_, random) => pick(random, NUMBERS)),
  replaceOne(NUMBER, (found) => `-${found}`),
  replaceOne(NUMBER, (found, random) =>
    String(Number(found) * pick(random, [1 + 1e-9, 1.01, 10, 1e3, 1e-3])),
  ),
  // words
  replaceOne(WORD, (_, random) => pick(random, WORDS)),
  replaceOne(WORD, (found, random) => (random.uniform() < 0.5 ? found.toUpperCase() : found.slice(0, -1))),
  (text, random) => {
    const words = text.match(WORD) ?? [""];
    const word = pick(random, words);
    return replaceOne(WORD, () => word)(text, random, "");
  },
  // bytes
  (text, random) => {
    const at = below(random, text.length);
    return splice(text, at, at + 1, String.fromCharCode(below(random, random.uniform() < 0.9 ? 256 : 65536)));
  },
  (text, random) => splice(text, below(random, text.length), text.length, ""),
  (text, random) => {
    const at = below(random, text.length);
    return splice(text, at, at + 1 + below(random, 40), "");
  },
  (text, random) => {
    const at = below(random, text.length);
    return splice(text, at, at, pick(random, [...WORDS, ...NUMBERS]));
  },
  (text, random, other) => {
    const at = below(random, other.length);
    const to = below(random, text.length);
    return splice(text, to, to, other.slice(at, at + below(random, 200)));
  },
  // lines
  onLines((lines, at) => void lines.splice(at, 1)),
  onLines((lines, at) => void lines.splice(at, 0, lines[at]!)),
  onLines((lines, at, random) => {
    const with_ = below(random, lines.length);
    [lines[at], lines[with_]] = [lines[with_]!, lines[at]!];
  }),
  onLines((lines, at, random) => void lines.splice(at, 0, ...Array(below(random, 60)).fill(lines[at]))),
  onLines((lines, at, random, other) => {
    lines[at] = pick(random, other.split("\n"));
  }),
  (text, random) => text.replaceAll("\n", pick(random, ["\r\n", "\r", "\n\n", " ", "\u2028"])),
];

/** Changes a text in one to three places. @param other a text of the same kind, pieces of which may get in. */
export function mutateText(text: string, random: Random, other: string): string {
  let changed = text;
  for (let times = 1 + below(random, 3); times > 0; times--)
    changed = pick(random, CHANGES)(changed, random, other);
  return changed;
}

/** A place in a value: what holds it, and under which name. */
interface Place {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string;
}

function placesOf(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return found;
  for (const [key, inner] of Object.entries(value)) {
    found.push({ holder: value as Place["holder"], key });
    placesOf(inner, found);
  }
  return found;
}

/** Returns a copy of plain data with one to three fields changed, taken away, doubled or renamed. */
export function mutateValue<T>(value: T, random: Random): T {
  const copy = structuredClone(value);
  for (let times = 1 + below(random, 3); times > 0; times--) {
    const places = placesOf(copy);
    if (places.length === 0) return copy;
    const { holder, key } = pick(random, places);
    const fields = holder as Record<string, unknown>;
    const before = fields[key];
    const kind = below(random, 8);
    if (typeof before === "number" && kind < 3)
      fields[key] = pick(random, [
        -before,
        before * 1.01,
        before * 1e3,
        before + 1,
        before * (1 + 1e-9),
        0,
        1e308,
      ]);
    else if (kind < 5) fields[key] = structuredClone(pick(random, VALUES));
    else if (kind === 5) {
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete fields[key];
    } else if (kind === 6) {
      if (Array.isArray(holder)) holder.splice(Number(key), 0, structuredClone(before));
      else fields[pick(random, places).key] = before;
    } else fields[key] = structuredClone(fieldOf(pick(random, places)));
  }
  return copy;
}

const fieldOf = ({ holder, key }: Place): unknown => (holder as Record<string, unknown>)[key];
