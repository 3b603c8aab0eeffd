import { type FileHandle, open } from "node:fs/promises";
import { requireInput } from "../common/failure.ts";
import { writeAtomically, writeAtomicallySync } from "./node-files.ts";

/*
 * A checkpoint file is lines of JSON. The first holds the state with each typed array replaced by
 * {"$array": index, "type": …, "length": …}; line 1 + index holds that array as one base64 string of its
 * little-endian bytes. One line each, because a state of gigabytes does not fit into one JavaScript string.
 */
const VERSION = 1;
const TYPES = { Float64Array, Float32Array, Int32Array, Uint8Array } as const;
type TypeName = keyof typeof TYPES;
type TypedArray = InstanceType<(typeof TYPES)[TypeName]>;

/** A multiple of 3, so that the base64 of consecutive pieces is the base64 of the whole; and of 4, so that pieces decode alone. */
const PIECE = 3 * 2 ** 20;

/** Writes plain data with typed arrays so that `readCheckpoint` gives the same bits back; the file is replaced whole or not at all. */
export const writeCheckpoint = (path: string, state: object): Promise<void> =>
  writeAtomically(path, checkpointChunks(state));

/** The same, done when it returns. */
export const writeCheckpointSync = (path: string, state: object): void =>
  writeAtomicallySync(path, checkpointChunks(state));

/** The text of a checkpoint file, piece by piece. */
export function* checkpointChunks(state: object): Generator<string> {
  const arrays: TypedArray[] = [];
  const header = JSON.stringify({ stillwaveCheckpoint: VERSION, state: encode(state, arrays) });
  yield `${header}\n`;
  for (const array of arrays) {
    const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
    yield '"';
    for (let from = 0; from < bytes.length; from += PIECE)
      yield bytes.subarray(from, from + PIECE).toString("base64");
    yield '"\n';
  }
}

function encode(value: unknown, arrays: TypedArray[]): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return { $number: String(value) };
  if (typeof value !== "object" || value === null) return value;
  const type = (Object.keys(TYPES) as TypeName[]).find((name) => value instanceof TYPES[name]);
  if (type !== undefined) {
    const array = value as TypedArray;
    return { $array: arrays.push(array) - 1, type, length: array.length };
  }
  if (Array.isArray(value)) return value.map((item) => encode(item, arrays));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encode(item, arrays)]));
}

/**
 * The state that `writeCheckpoint` wrote.
 *
 * @throws InputError if the file is no checkpoint, of another version, or cut short.
 */
export async function readCheckpoint(path: string): Promise<unknown> {
  const file = await open(path, "r").catch(() => undefined);
  requireInput(file !== undefined, () => `checkpoint: must be a readable file, got ${path}`);
  try {
    const { header, end } = await readHeader(file, path);
    const slots: ArraySlot[] = [];
    const state = decode(header, slots);
    slots.sort((a, b) => a.index - b.index);
    let at = end;
    for (const slot of slots) at = await readArray(file, at, slot.array, path);
    return state;
  } finally {
    await file.close();
  }
}

interface ArraySlot {
  readonly index: number;
  readonly array: TypedArray;
}

async function readHeader(file: FileHandle, path: string): Promise<{ header: unknown; end: number }> {
  const pieces: Buffer[] = [];
  let read = 0;
  for (;;) {
    const piece = Buffer.alloc(1 << 16);
    const { bytesRead } = await file.read(piece, 0, piece.length, read);
    const found = piece.subarray(0, bytesRead);
    const newline = found.indexOf(10);
    pieces.push(newline < 0 ? found : found.subarray(0, newline));
    read += newline < 0 ? bytesRead : newline + 1;
    if (newline >= 0 || bytesRead === 0) break;
  }
  const parsed = parseHeader(Buffer.concat(pieces).toString("utf8"));
  requireInput(
    parsed?.stillwaveCheckpoint === VERSION,
    () =>
      `checkpoint: must be a stillwave checkpoint of version ${VERSION}, got ${path} with ${parsed === undefined ? "something else" : `version ${String(parsed.stillwaveCheckpoint)}`}`,
  );
  return { header: parsed.state, end: read };
}

function parseHeader(text: string): { stillwaveCheckpoint?: unknown; state?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "stillwaveCheckpoint" in value ? value : undefined;
  } catch {
    return undefined;
  }
}

function decode(value: unknown, slots: ArraySlot[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => decode(item, slots));
  const record = value as Record<string, unknown>;
  if (typeof record.$number === "string") return Number(record.$number);
  if (typeof record.$array === "number") {
    const array = new TYPES[record.type as TypeName](record.length as number);
    slots.push({ index: record.$array, array });
    return array;
  }
  return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, decode(item, slots)]));
}

/** Fills `array` from the base64 line that starts at byte `at`; returns where the next line starts. */
async function readArray(file: FileHandle, at: number, array: TypedArray, path: string): Promise<number> {
  const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  const encoded = 4 * Math.ceil(bytes.length / 3);
  const cutShort = () => `checkpoint: must be complete, got ${path} cut short or damaged at byte ${at}`;
  const piece = Buffer.alloc((PIECE / 3) * 4);
  let filled = 0;
  for (let from = 0; from < encoded; from += piece.length) {
    const length = Math.min(piece.length, encoded - from);
    await file.read(piece, 0, length, at + 1 + from);
    filled += bytes.write(piece.toString("latin1", 0, length), filled, "base64");
  }
  const end = Buffer.alloc(2);
  await file.read(end, 0, 2, at + 1 + encoded);
  requireInput(filled === bytes.length && end.toString("latin1") === '"\n', cutShort);
  return at + encoded + 3;
}
