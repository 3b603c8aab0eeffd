import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { type AskedGeometry, answerServer, connectTo } from "../../src/io/ipi.ts";
import { solve } from "../../src/job/tasks/scf/solve.ts";
import { SILICON } from "../systems.ts";
import { fakeHost, interruptedAt } from "./fake-host.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-serve-"));
afterAll(() => rmSync(cwd, { recursive: true }));

const JOB = { ...SILICON, ecut: 2, kgrid: [1, 1, 1] };
writeFileSync(join(cwd, "si.json"), JSON.stringify(JOB));

const header = (name: string) => Buffer.from(name.padEnd(12), "latin1");
const doubles = (values: readonly number[]) => Buffer.from(Float64Array.from(values).buffer);
const whole = (...values: number[]) => Buffer.from(Int32Array.from(values).buffer);
/** Lattice vectors are the columns of the cell. */
const geometry = (rows: readonly (readonly number[])[], positions: readonly (readonly number[])[]) =>
  Buffer.concat([
    header("POSDATA"),
    doubles([0, 1, 2].flatMap((i) => rows.map((row) => row[i]!))),
    doubles(new Array(9).fill(0)),
    whole(positions.length),
    doubles(positions.flat()),
  ]);

/** What the answers to these bytes are, which come in pieces that fit no message. */
async function conversation(bytes: Buffer, asked: AskedGeometry[] = []): Promise<Buffer> {
  const sent: Uint8Array[] = [];
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
  }
  await answerServer(
    pieces(),
    async (answer) => void sent.push(answer),
    2,
    async (geometry) => {
      asked.push(geometry);
      return {
        energy: -1.5,
        forces: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        virial: [
          [1, 2, 3],
          [2, 4, 5],
          [3, 5, 6],
        ],
      };
    },
  );
  return Buffer.concat(sent);
}

const CELL = [
  [0, 1, 2],
  [3, 4, 5],
  [6, 7, 9],
];
const TWO = [
  [0.5, 0, 0],
  [1, 2, 3],
];

test("a conversation of the i-PI protocol, in pieces of seven bytes", async () => {
  const asked: AskedGeometry[] = [];
  const bytes = Buffer.concat([
    header("STATUS"),
    Buffer.concat([header("INIT"), whole(3, 5), Buffer.from("hello")]),
    geometry(CELL, TWO),
    header("STATUS"),
    header("GETFORCE"),
    header("STATUS"),
    header("EXIT"),
    header("never read"),
  ]);
  expect(await conversation(bytes, asked)).toEqual(
    Buffer.concat([
      header("READY"),
      header("HAVEDATA"),
      header("FORCEREADY"),
      doubles([-1.5]),
      whole(2),
      doubles([1, 2, 3, 4, 5, 6, 1, 2, 3, 2, 4, 5, 3, 5, 6]),
      whole(0),
      header("READY"),
    ]),
  );
  expect(asked).toEqual([{ lattice: CELL, positions: TWO }]);
});

test("what is not of the protocol is refused in a line", async () => {
  const said = (...parts: Buffer[]) => conversation(Buffer.concat(parts)).catch(({ message }) => message);
  expect(await said(header("HELLO\u001b"))).toMatch(/^server: must send STATUS, .*, got "HELLO"; it must/);
  expect(await said(header("GETFORCE"))).toMatch(/must send POSDATA before GETFORCE/);
  expect(await said(header("INIT"), whole(0, 2 ** 30))).toMatch(/must send a text of 0 to 1000000 bytes/);
  expect(await said(header("INIT"), whole(0, -1))).toMatch(/got -1;/);
  expect(await said(geometry(CELL, [[0, 0, 0]]))).toMatch(/must send the 2 atoms of the job, got 1;/);
  expect(await said(geometry(CELL, [TWO[0]!, [0, Number.NaN, 0]]))).toMatch(
    /finite numbers for positions, got NaN/,
  );
  expect(await said(geometry(CELL, TWO).subarray(0, 100))).toMatch(
    /inverse of a cell of 72 bytes, got the end after 16/,
  );
  expect(await said(Buffer.alloc(0))).toEqual(Buffer.alloc(0)); // it may end between two messages
});

/** A server that asks for geometries and gathers what it is answered, until it is hung up on. */
async function asking(
  geometries: readonly Buffer[],
): Promise<{ path: string; heard: Promise<Buffer>; server: Server }> {
  const path = join(cwd, `socket-${Math.random().toString(36).slice(2)}`);
  let connected: (socket: Socket) => void = () => {};
  const socket = new Promise<Socket>((found) => {
    connected = found;
  });
  const server = createServer((found) => connected(found));
  await new Promise<void>((listening) => server.listen(path, listening));
  const heard = socket.then(async (open) => {
    for (const each of geometries) open.write(Buffer.concat([each, header("GETFORCE")]));
    open.write(header("EXIT"));
    const pieces: Buffer[] = [];
    for await (const piece of open) pieces.push(piece as Buffer);
    return Buffer.concat(pieces);
  });
  return { path, heard, server };
}

const serve = async (words: readonly string[], host = fakeHost({ cwd, isReal: true })) =>
  [await runProgram(["serve", "si.json", "--threads", "1", ...words], host), host.written] as const;

/** Doubles of an answer after its header, without the whole numbers between them. */
function answered(bytes: Buffer) {
  expect(bytes.subarray(0, 12).toString().trim()).toBe("FORCEREADY");
  const at = (start: number, count: number) =>
    Array.from({ length: count }, (_, i) => bytes.readDoubleLE(start + 8 * i));
  return { energy: at(12, 1)[0]!, forces: at(24, 6), virial: at(72, 9) };
}
const ANSWER = 12 + 8 + 4 + 48 + 72 + 4;

// Seen red: every geometry from the start, nine steps each.
test("geometries over a socket have the energies, forces and virials of solve, and each starts from the one before", async () => {
  const { lattice, atoms } = SILICON.structure;
  const places = (x: number) => [
    [x, 0.02, 0],
    atoms[1]!.position.map((_, j) =>
      lattice.reduce((sum, row, i) => sum + atoms[1]!.position[i]! * row[j]!, 0),
    ),
  ];
  const asked = [0.1, 0.11].map((x) => geometry(lattice, places(x)));
  const { path, heard, server } = await asking(asked);
  const [code, { stdout, stderr }] = await serve(["--unix", path]);
  server.close();
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/^answered for 2 geometries in \d+ SCF steps\n$/),
  ]);
  const [first, second] = Array.from(stderr.matchAll(/, (\d+) SCF steps/g), ([, steps]) => Number(steps));
  expect(second).toBeLessThan(first!);
  const bytes = await heard;
  expect(bytes.length).toBe(2 * ANSWER);
  const { energy, forces, virial } = answered(bytes.subarray(ANSWER));
  await using state = await solve({
    ...JOB,
    structure: {
      lattice,
      cartesian: true,
      atoms: places(0.11).map((position) => ({ element: "Si", position })),
    },
  });
  expect(Math.abs(energy - state.energies.total)).toBeLessThan(1e-8);
  const near = (found: readonly number[], known: readonly number[]) =>
    expect(Math.max(...found.map((x, i) => Math.abs(x - known[i]!)))).toBeLessThan(1e-5);
  near(forces, (await state.forces()).flat());
  near(
    virial,
    (await state.stress()).flat().map((x) => -x * state.basis.model.lattice.volume),
  );
});

test("a geometry without an answer gets none: the connection ends, and one line says why", async () => {
  const { lattice } = SILICON.structure;
  const together = geometry(lattice, [
    [0, 0, 0],
    [0, 0, 0.05],
  ]);
  const close = await asking([together]);
  const [code, { stderr }] = await serve(["--unix", close.path]);
  close.server.close();
  expect(code).toBe(2);
  expect(stderr).toMatch(/stillwave: structure\.atoms\[1\]\.position: .*\n$/);
  expect(await close.heard).toEqual(Buffer.alloc(0));
  expect((await serve(["--unix", join(cwd, "nobody")]))[1].stderr).toMatch(
    /stillwave: server: must listen at .*nobody, got ENOENT; start it first\n$/,
  );
  expect((await serve([]))[1].stderr).toBe(
    "stillwave: --socket: must be given, or --unix in place of it, got neither or both\n",
  );
  expect((await serve(["--socket", "localhost"]))[1].stderr).toMatch(/--socket: must be a host and a port/);
});

// Seen red: without the signal the connection stayed open and the command waited for ever.
test("Ctrl-C ends it, before it is connected and while it waits", async () => {
  const path = join(cwd, "silent");
  const open: Socket[] = [];
  const server = createServer((socket) => open.push(socket));
  await new Promise<void>((listening) => server.listen(path, listening));
  const host = interruptedAt(fakeHost({ cwd, isReal: true }), "waiting for geometries");
  const [code, { stderr }] = await serve(["--unix", path], host);
  expect([code, stderr]).toEqual([3, expect.stringContaining("interrupted before the server had ended")]);
  await expect(connectTo({ path }, AbortSignal.abort())).rejects.toThrow(/^server: must listen at .*silent/);
  for (const socket of open) socket.destroy();
  server.close();
});

// Seen red: exit code 0 in the first case, a bare ECONNRESET in the second.
test("a server that is gone before it has its answer, or breaks the connection, is told of", async () => {
  expect(await conversation(geometry(CELL, TWO)).catch(({ message }) => message)).toMatch(
    /^server: must send a message of 12 bytes, got the end after 0;/,
  );
  async function* broken() {
    yield header("STATUS");
    throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  }
  const talk = answerServer(
    broken(),
    async () => {},
    2,
    async () => Promise.reject(new Error("nobody asked")),
  );
  await expect(talk).rejects.toThrow(/^server: must keep the connection until EXIT, got ECONNRESET$/);
});
