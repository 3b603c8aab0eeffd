import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { requireInput } from "../common/failure.ts";
import { writeAtomically, writeAtomicallySync } from "./whole-files.ts";

/*
 * A checkpoint file is lines of JSON. The first holds the state with each typed array replaced by
 * {"$array": index, "type": …, "length": …}; line 1 + index holds this array as the base64 of its
 * little-endian bytes. Each array has a line of its own, since a state of gigabytes does not fit
 * into one JavaScript string. The last line holds the SHA-256 of all others; version 1 has none.
 */
const VERSION = 2;
const TYPES = { Float64Array, Float32Array, Int32Array, Uint8Array } as const;
type TypeName = keyof typeof TYPES;
type TypedArray = InstanceType<(typeof TYPES)[TypeName]>;

/** A multiple of 3, so that pieces of base64 join, and of 4, so that each decodes alone. */
const PIECE = 3 * 2 ** 20;

/**
 * Writes plain data with typed arrays, for `readCheckpoint` to the bit; replaces the file as a
 * whole.
 */
export const writeCheckpoint = (path: string, state: object): Promise<void> =>
  writeAtomically(path, checkpointChunks(state));

/** The same, done when it returns. */
export const writeCheckpointSync = (path: string, state: object): void =>
  writeAtomicallySync(path, checkpointChunks(state));

/** Yields the text of a checkpoint file, piece by piece. */
export function* checkpointChunks(state: object): Generator<string> {
  const hash = createHash("sha256");
  for (const chunk of contentChunks(state)) {
    hash.update(chunk);
    yield chunk;
  }
  yield `{"sha256":"${hash.digest("hex")}"}\n`;
}

function* contentChunks(state: object): Generator<string> {
  const arrays: TypedArray[] = [];
  const header = JSON.stringify({ stillwaveCheckpoint: VERSION, state: encode(state, arrays) });
  yield `${header}\n`;
  for (const array of arrays) {
    const bytes = bytesOf(array);
    yield '"';
    for (let from = 0; from < bytes.length; from += PIECE)
      yield bytes.subarray(from, from + PIECE).toString("base64");
    yield '"\n';
  }
}

const bytesOf = (array: TypedArray): Buffer => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

const encode = (value: unknown, arrays: TypedArray[]): unknown =>
  encoded(value, (array, type) => ({ $array: arrays.push(array) - 1, type, length: array.length }));

/** Makes JSON of plain data, with what stands for each typed array. */
function encoded(value: unknown, ofArray: (array: TypedArray, type: TypeName) => object): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return { $number: String(value) };
  if (typeof value !== "object" || value === null) return value;
  const type = (Object.keys(TYPES) as TypeName[]).find((name) => value instanceof TYPES[name]);
  if (type !== undefined) return ofArray(value as TypedArray, type);
  if (Array.isArray(value)) return value.map((item) => encoded(item, ofArray));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encoded(item, ofArray)]));
}

/** Makes JSON of plain data with the bytes of typed arrays in it, for one line. */
export const encodeInline = (value: unknown): unknown =>
  encoded(value, (array, type) => ({ $bytes: bytesOf(array).toString("base64"), type }));

/** Makes plain data of what `encodeInline` made. */
export function decodeInline(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(decodeInline);
  const { $number, $bytes, type } = value as Record<string, unknown>;
  if (typeof $number === "string") return Number($number);
  if (typeof $bytes === "string" && typeof type === "string" && Object.hasOwn(TYPES, type)) {
    const bytes = Buffer.from($bytes, "base64");
    const Type = TYPES[type as TypeName];
    const array = new Type(Math.floor(bytes.length / Type.BYTES_PER_ELEMENT));
    bytesOf(array).set(bytes.subarray(0, array.byteLength));
    return array;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decodeInline(item)]));
}

const BEGINNING = '{"stillwaveCheckpoint":';

/** Whether a file begins as checkpoints do. */
export async function isCheckpoint(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { buffer } = await file.read(Buffer.alloc(BEGINNING.length), 0, BEGINNING.length, 0);
    return buffer.toString() === BEGINNING;
  } finally {
    await file.close();
  }
}

/**
 * Reads the state that `writeCheckpoint` wrote.
 *
 * @throws InputError if the file is no checkpoint, of another version, cut short or damaged.
 */
export async function readCheckpoint(path: string): Promise<unknown> {
  const file = await open(path, "r").catch(() => undefined);
  requireInput(file !== undefined, () => `checkpoint: must be a readable file, got ${path}`);
  try {
    return await new CheckpointReader(file, path).state();
  } finally {
    await file.close();
  }
}

interface ArraySlot {
  readonly index: number;
  readonly array: TypedArray;
}

/** Reads a file from its beginning to its end, and what its bytes add up to. */
class CheckpointReader {
  private at = 0;
  private readonly hash = createHash("sha256");
  private readonly slots: ArraySlot[] = [];
  private readonly file: FileHandle;
  private readonly path: string;

  constructor(file: FileHandle, path: string) {
    this.file = file;
    this.path = path;
  }

  async state(): Promise<unknown> {
    const { size } = await this.file.stat();
    const header = parsedRecord(await this.line());
    const version = header?.stillwaveCheckpoint;
    requireInput(
      version === 1 || version === VERSION,
      () =>
        `checkpoint: must be a stillwave checkpoint of version 1 or ${VERSION}, got ${this.path} with ${version === undefined ? "something else" : `version ${JSON.stringify(version)}`}`,
    );
    const state = this.decode(header!.state, size);
    this.slots.sort((a, b) => a.index - b.index);
    for (const { array } of this.slots) await this.fill(array);
    if (version === VERSION) {
      const sum = this.hash.digest("hex");
      this.requireWhole(parsedRecord(await this.line(false))?.sha256 === sum);
    }
    return state;
  }

  private requireWhole(isWhole: boolean): void {
    requireInput(
      isWhole,
      () => `checkpoint: must be complete, got ${this.path} cut short or damaged before byte ${this.at}`,
    );
  }

  private async read(length: number): Promise<Buffer> {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await this.file.read(buffer, 0, length, this.at);
    return buffer.subarray(0, bytesRead);
  }

  /** Reads up to the next line break or the end. */
  private async line(isHashed = true): Promise<string> {
    const pieces: Buffer[] = [];
    for (;;) {
      const found = await this.read(1 << 16);
      const end = found.indexOf(10) + 1;
      const piece = end > 0 ? found.subarray(0, end) : found;
      pieces.push(piece);
      if (isHashed) this.hash.update(piece);
      this.at += piece.length;
      if (end > 0 || found.length === 0) return Buffer.concat(pieces).toString("utf8");
    }
  }

  /** Allocates the arrays of a value, none larger than the file; later lines fill them. */
  private decode(value: unknown, size: number): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map((item) => this.decode(item, size));
    const record = value as Record<string, unknown>;
    if (typeof record.$number === "string") return Number(record.$number);
    if (typeof record.$array === "number") {
      const { type, length, $array: index } = record;
      const isArray = typeof type === "string" && Object.hasOwn(TYPES, type);
      this.requireWhole(isArray && Number.isInteger(length) && Number(length) >= 0 && Number(length) <= size);
      const array = new TYPES[type as TypeName](length as number);
      this.slots.push({ index, array });
      return array;
    }
    return Object.fromEntries(Object.entries(record).map(([key, item]) => [key, this.decode(item, size)]));
  }

  /** Fills an array from the base64 line that comes next. */
  private async fill(array: TypedArray): Promise<void> {
    const bytes = bytesOf(array);
    await this.expect('"');
    let filled = 0;
    for (let left = 4 * Math.ceil(bytes.length / 3); left > 0; ) {
      const piece = await this.read(Math.min((PIECE / 3) * 4, left));
      this.requireWhole(piece.length > 0);
      filled += bytes.write(piece.toString("latin1"), filled, "base64");
      this.hash.update(piece);
      this.at += piece.length;
      left -= piece.length;
    }
    this.requireWhole(filled === bytes.length);
    await this.expect('"\n');
  }

  private async expect(text: string): Promise<void> {
    const found = await this.read(text.length);
    this.requireWhole(found.toString("latin1") === text);
    this.hash.update(found);
    this.at += found.length;
  }
}

function parsedRecord(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
