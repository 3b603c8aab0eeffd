import { connect, type Socket } from "node:net";
import { InputError, requireInput } from "../common/failure.ts";
import { printable } from "../common/text/plain-text.ts";
import type { Mat3, Vec3 } from "../common/vec3.ts";

/** What a server asks for, Cartesian [bohr]. */
export interface AskedGeometry {
  /** Rows. */
  readonly lattice: Mat3;
  readonly positions: readonly Vec3[];
}

/** What it is told. */
export interface Answer {
  /** [Ha] */
  readonly energy: number;
  /** [Ha/bohr] */
  readonly forces: readonly Vec3[];
  /** −Ω σ [Ha]. */
  readonly virial: Mat3;
}

/** Where a server listens. */
export type ServerAddress =
  | { readonly host: string; readonly port: number }
  /** A socket in the file system. */
  | { readonly path: string };

const HEADER = 12;
/** Text that a server may send of a replica; none is used [B]. */
const LONGEST_TEXT = 1_000_000;

/**
 * Opens a connection to a server that listens.
 *
 * @param signal ends it.
 * @throws InputError if none does.
 */
export const connectTo = (address: ServerAddress, signal: AbortSignal): Promise<Socket> =>
  new Promise((found, failed) => {
    const socket = connect({ ...address, signal });
    socket.once("connect", () => found(socket));
    // Later errors, when this promise is settled, are those of reading and writing.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      const where = "path" in address ? address.path : `${address.host}:${address.port}`;
      failed(
        new InputError(`server: must listen at ${where}, got ${error.code ?? error.message}; start it first`),
      );
    });
  });

/**
 * Answers a server of the i-PI protocol until it ends the conversation [Kap19]: headers of 12
 * characters, numbers in little endian, atomic units, lattice vectors as columns.
 *
 * @param received bytes of the server, in pieces of any size.
 * @param count atoms that it must ask for.
 * @throws InputError if what it sends is not of the protocol, and whatever `answer` throws: nothing
 *   is sent then.
 */
export async function answerServer(
  received: AsyncIterable<Uint8Array>,
  send: (bytes: Uint8Array) => Promise<void>,
  count: number,
  answer: (geometry: AskedGeometry) => Promise<Answer>,
): Promise<void> {
  const read = reader(received);
  let found: Answer | undefined;
  for (;;) {
    const header = await read(HEADER, "a message", found === undefined);
    if (header === undefined) return;
    const name = header.toString("latin1").trimEnd();
    if (name === "EXIT") return;
    if (name === "STATUS") await send(headerBytes(found === undefined ? "READY" : "HAVEDATA"));
    else if (name === "INIT") {
      await read(4, "the number of a replica");
      const length = (await read(4, "the length of a text")).readInt32LE();
      requireServer(
        length >= 0 && length <= LONGEST_TEXT,
        `a text of 0 to ${LONGEST_TEXT} bytes for INIT`,
        length,
      );
      await read(length, "the text of INIT");
    } else if (name === "POSDATA") found = await answer(await geometryOf(read, count));
    else if (name === "GETFORCE") {
      requireServer(found !== undefined, "POSDATA before GETFORCE", "none");
      await send(answerBytes(found));
      found = undefined;
    } else requireServer(false, "STATUS, INIT, POSDATA, GETFORCE or EXIT", `"${printable(name)}"`);
  }
}

type Read = {
  (length: number, what: string): Promise<Buffer>;
  (length: number, what: string, mayEnd: boolean): Promise<Buffer | undefined>;
};

/** Reads so many bytes; undefined where the stream ends before them and may. */
function reader(received: AsyncIterable<Uint8Array>): Read {
  const pieces = received[Symbol.asyncIterator]();
  let held = Buffer.alloc(0);
  const read = async (length: number, what: string, mayEnd = false) => {
    while (held.length < length) {
      const { value, done } = await pieces.next().catch((error: NodeJS.ErrnoException) => {
        throw new InputError(
          `server: must keep the connection until EXIT, got ${error.code ?? error.message}`,
        );
      });
      if (done === true) {
        if (mayEnd && held.length === 0) return undefined;
        requireServer(false, `${what} of ${length} bytes`, `the end after ${held.length}`);
      } else held = Buffer.concat([held, value]);
    }
    const bytes = held.subarray(0, length);
    held = held.subarray(length);
    return bytes;
  };
  return read as Read;
}

async function geometryOf(read: Read, count: number): Promise<AskedGeometry> {
  const columns = numbersIn(await read(72, "a cell"), "cell");
  await read(72, "the inverse of a cell"); // follows from the cell
  const atoms = (await read(4, "a number of atoms")).readInt32LE();
  requireServer(atoms === count, `the ${count} atoms of the job`, atoms);
  const coordinates = numbersIn(await read(24 * count, "positions"), "positions");
  const column = (j: number): Vec3 => [columns[j]!, columns[3 + j]!, columns[6 + j]!];
  return {
    lattice: [column(0), column(1), column(2)],
    positions: Array.from({ length: count }, (_, i): Vec3 => {
      const [x = 0, y = 0, z = 0] = coordinates.slice(3 * i, 3 * i + 3);
      return [x, y, z];
    }),
  };
}

function numbersIn(bytes: Buffer, what: string): number[] {
  const values = Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i));
  for (const value of values) requireServer(Number.isFinite(value), `finite numbers for ${what}`, value);
  return values;
}

const headerBytes = (name: string): Buffer => Buffer.from(name.padEnd(HEADER), "latin1");

/** FORCEREADY with energy, forces, virial and no further text. */
function answerBytes({ energy, forces, virial }: Answer): Buffer {
  const doubles = (values: readonly number[]) => {
    const bytes = Buffer.alloc(8 * values.length);
    values.forEach((value, i) => {
      bytes.writeDoubleLE(value, 8 * i);
    });
    return bytes;
  };
  const whole = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    return bytes;
  };
  return Buffer.concat([
    headerBytes("FORCEREADY"),
    doubles([energy]),
    whole(forces.length),
    doubles(forces.flat()),
    doubles(virial.flat()), // symmetric: rows are columns
    whole(0),
  ]);
}

function requireServer(holds: boolean, rule: string, got: unknown): asserts holds {
  requireInput(holds, () => `server: must send ${rule}, got ${got}; it must speak the i-PI protocol`);
}
