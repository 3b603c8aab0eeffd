import { createHash } from "node:crypto";
import { appendFileSync, closeSync, openSync, readSync, rmSync } from "node:fs";
import type { FinishedPieces } from "../common/finished-pieces.ts";
import { decodeInline, encodeInline } from "./checkpoint.ts";
import { writeAtomicallySync } from "./whole-files.ts";

/*
 * A file of finished pieces is lines, each of them a checksum of 16 hexadecimal digits, a blank and
 * JSON: first {"stillwavePieces": version, "work": digest}, then one [name, piece] for each piece,
 * appended as it is finished. A line that is cut short or damaged is as good as absent.
 */
const VERSION = 1;

/** Pieces of a file of before. */
export interface PiecesBefore {
  /** What they are pieces of; undefined where the file does not say. */
  readonly work: string | undefined;
  readonly pieces: ReadonlyMap<string, object>;
  /** Lines that were cut short or damaged. */
  readonly damaged: number;
}

/** Where finished pieces of one work are written. */
export interface PiecesFile extends FinishedPieces {
  /** Removes the file, once all of the work is done and its result is kept. */
  remove(): void;
}

const sumOf = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
const lineOf = (value: unknown): string => {
  const text = JSON.stringify(encodeInline(value));
  return `${sumOf(text)} ${text}\n`;
};

/** Reads what a run has left; undefined where there is no such file. */
export function readPieces(path: string): PiecesBefore | undefined {
  let lines: Iterable<string>;
  try {
    lines = [...linesOf(path)];
  } catch {
    return undefined;
  }
  let work: string | undefined;
  let damaged = 0;
  const pieces = new Map<string, object>();
  for (const line of lines) {
    const value = contentOf(line);
    if (Array.isArray(value) && typeof value[0] === "string" && isObject(value[1]))
      pieces.set(value[0], value[1]);
    else if (isObject(value) && "stillwavePieces" in value && value.stillwavePieces === VERSION)
      work = "work" in value && typeof value.work === "string" ? value.work : undefined;
    else damaged++;
  }
  return { work, pieces, damaged };
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** What a line says; undefined where it is not whole. */
function contentOf(line: string): unknown {
  const [sum, text] = [line.slice(0, 16), line.slice(17)];
  return sumOf(text) === sum ? decodeInline(JSON.parse(text)) : undefined;
}

/** Yields the lines of a file, which may be longer than one string can be. */
function* linesOf(path: string): Generator<string> {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(1 << 20);
    let pending: Buffer[] = [];
    for (;;) {
      const length = readSync(file, buffer, 0, buffer.length, null);
      if (length === 0) break;
      let from = 0;
      for (let end = buffer.indexOf(10); end >= 0 && end < length; end = buffer.indexOf(10, from)) {
        yield Buffer.concat([...pending, buffer.subarray(from, end)]).toString("utf8");
        pending = [];
        from = end + 1;
      }
      pending.push(Buffer.from(buffer.subarray(from, length)));
    }
    const rest = Buffer.concat(pending).toString("utf8");
    if (rest !== "") yield rest;
  } finally {
    closeSync(file);
  }
}

/**
 * Begins a file of finished pieces, in which those of before stand.
 *
 * @param onFailure hears once, with the error, that it cannot be written; work goes on without.
 */
export function piecesFile(
  path: string,
  work: string,
  before: ReadonlyMap<string, object>,
  onFailure: (error: unknown) => void,
): PiecesFile {
  let isWritten = true;
  const attempt = (write: () => void) => {
    if (!isWritten) return;
    try {
      write();
    } catch (error) {
      isWritten = false; // what comes after a line that was cut short could not be read
      onFailure(error);
    }
  };
  function* lines(): Generator<string> {
    yield lineOf({ stillwavePieces: VERSION, work });
    for (const piece of before) yield lineOf(piece);
  }
  attempt(() => writeAtomicallySync(path, lines()));
  return {
    find: (name, isWhole) => wholeOf(before.get(name), isWhole),
    keep: (name, piece) => attempt(() => appendFileSync(path, lineOf([name, piece]))),
    remove: () => rmSync(path, { force: true }),
  };
}

/** Finds pieces of before where none are written. */
export const piecesOf = (before: ReadonlyMap<string, object>): FinishedPieces => ({
  find: (name, isWhole) => wholeOf(before.get(name), isWhole),
  keep() {},
});

const wholeOf = <Piece extends object>(
  piece: object | undefined,
  isWhole: (value: unknown) => value is Piece,
): Piece | undefined => (piece !== undefined && isWhole(piece) ? piece : undefined);
