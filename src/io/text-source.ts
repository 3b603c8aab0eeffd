import { InputError } from "../common/failure.ts";
import type { Vec3 } from "../common/vec3.ts";

/** A text cut into lines, with messages that say where in it something is wrong. */
export interface TextSource {
  readonly name: string;
  readonly lines: readonly string[];
  /** The line without blanks around it; empty beyond the end. */
  line(index: number): string;
  /** @throws InputError `name:line: must be EXPECTED, got FOUND`; `index` counts from 0. */
  fail(index: number, expected: string, found?: string): never;
  /** Parts of the text that the reader cannot use, one line each, in their order. */
  readonly warnings: readonly string[];
  /** Adds `name:line: TEXT` to the warnings, once. */
  warn(index: number, text: string): void;
}

/** @param name what to call the text in messages, usually its path. */
export function textSource(text: string, name: string): TextSource {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  const line = (index: number) => (lines[index] ?? "").trim();
  const warnings: string[] = [];
  return {
    name,
    lines,
    line,
    warnings,
    warn: (index, what) => {
      const warning = `${name}:${index + 1}: ${what}`;
      if (!warnings.includes(warning)) warnings.push(warning);
    },
    fail: (index, expected, found = line(index)) => {
      const got = found === "" ? "nothing" : shortened(JSON.stringify(found));
      throw new InputError(`${name}:${index + 1}: must be ${expected}, got ${got}`);
    },
  };
}

const shortened = (text: string): string => (text.length <= 80 ? text : `${text.slice(0, 77)}..."`);

/** Words of a line. */
export const wordsOf = (line: string): string[] => line.split(/\s+/).filter((word) => word !== "");

/** A number as Fortran and C write it (`1.5d-3` too); NaN for anything else. */
export const toNumber = (word: string | undefined): number =>
  word === undefined || !/^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$/.test(word)
    ? Number.NaN
    : Number(word.replace(/[dD]/, "e"));

/** The three finite numbers that `words` begin with; undefined where they do not. */
export function tripleOf(
  words: readonly string[],
  read: (word: string) => number = toNumber,
): Vec3 | undefined {
  const [x = Number.NaN, y = Number.NaN, z = Number.NaN] = words.slice(0, 3).map((word) => read(word));
  return [x, y, z].every(Number.isFinite) ? [x, y, z] : undefined;
}
