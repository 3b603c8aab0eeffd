import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { bulk } from "../../src/build/bulk.ts";
import { isNumbers, type PiecesKeeper } from "../../src/common/finished-pieces.ts";
import { piecesFile, readPieces } from "../../src/io/pieces-file.ts";
import { newJob } from "../../src/job/new-job.ts";
import type { RunOptions } from "../../src/job/prepare/prepare-scf.ts";
import type { Checkpoint } from "../../src/job/prepare/starting-point.ts";
import { runBands } from "../../src/job/tasks/bands/run-bands.ts";
import { type DielectricRunOptions, runDielectric } from "../../src/job/tasks/dielectric/run-dielectric.ts";
import { runDos } from "../../src/job/tasks/dos/run-dos.ts";

const JOB = newJob(bulk("Si"), { ecut: 2, kgrid: [2, 1, 1], isMetal: false });
const folder = mkdtempSync(join(tmpdir(), "stillwave-pieces-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "state.json.pieces");
beforeEach(() => rmSync(path, { force: true }));

/** Keeps pieces in the file, as the command line does. */
const keeper = (): PiecesKeeper => ({
  open(work) {
    const before = readPieces(path);
    const known = before?.work === work ? before.pieces : new Map<string, object>();
    return piecesFile(path, work, known, (error) => {
      throw error;
    });
  },
});

/** What a process is after it was killed: nothing but its files. */
class Killed extends Error {}

/** Result without times. */
const digits = (result: object): string =>
  JSON.stringify(result, (name, value: unknown) =>
    ["resources", "seconds", "parts"].includes(name) ? undefined : value,
  );

/**
 * Runs a task whole, then one that ends after some of its pieces, then one that goes on from there.
 *
 * @returns the digits of the first and the last, and how many pieces the last one made.
 */
async function interrupted(
  task: (options: RunOptions, onPiece: () => void) => Promise<object>,
  after: number,
  threads = 1,
): Promise<{
  readonly whole: string;
  readonly again: string;
  readonly made: number;
  readonly steps: number;
}> {
  const whole = digits(await task({}, () => {}));
  let restart: unknown;
  let pieces = 0;
  const checkpoint = (state: object) => {
    restart = state;
  };
  const first = task({ threads, checkpoint, keepOrbitals: true, finished: keeper() }, () => {
    if (++pieces === after) throw new Killed();
  });
  await expect(first).rejects.toThrow(Killed);
  let [made, steps] = [0, 0];
  const onStep = () => steps++;
  const again = await task({ threads, restart, finished: keeper(), onStep }, () => made++);
  return { whole, again: digits(again), made, steps };
}

test.each([1, 2])(
  "bands go on with the next k-point, with the digits of one go, %i threads",
  async (threads) => {
    const { whole, again, made, steps } = await interrupted(
      async (options, onBands) => (await runBands(JOB, { ...options, path: "GX", points: 6, onBands })).file,
      3,
      threads,
    );
    expect(again).toBe(whole);
    expect(steps).toBe(0);
    // another thread may have finished its own in the meantime
    expect(made).toBeLessThanOrEqual(3);
    expect(made).toBeGreaterThanOrEqual(3 - threads + 1);
  },
);

test.each([false, true])(
  "a density of states goes on, orbitals included where it is local: %s",
  async (local) => {
    const { whole, again, made } = await interrupted(
      (options, onBands) => runDos(JOB, { ...options, kgrid: [3, 2, 2], points: 20, local, onBands }),
      2,
    );
    expect(again).toBe(whole);
    const known = readPieces(path)!.pieces.size;
    expect(made).toBe(known - 2);
    expect(made).toBeGreaterThan(0);
  },
);

test("the dielectric operator goes on with the next product", async () => {
  let last = 0;
  const { whole, again, steps } = await interrupted((options, onPiece) => {
    const onProduct = ({ step }: { readonly step: number }) => {
      last = step;
      onPiece();
    };
    return runDielectric(JOB, { ...options, observedSteps: 0, onProduct });
  }, 4);
  expect(again).toBe(whole);
  expect(steps).toBe(0);
  // the third run has taken four of them from the file: each stands there once
  const names = [...readPieces(path)!.pieces.keys()].filter((name) => name.startsWith("product"));
  expect(names).toEqual(Array.from({ length: last }, (_, i) => `product ${i + 1}`));
});

test("the damped iteration beside it goes on with its next step", async () => {
  const run = (options: RunOptions, onDampedStep: () => void) =>
    runDielectric(JOB, { ...options, observedSteps: 4, onDampedStep });
  const { whole, again, made } = await interrupted(run, 3);
  expect(made).toBe(1);
  const residuals = (text: string) =>
    (JSON.parse(text) as { observed: { residuals: number[] } }).observed.residuals;
  expect(residuals(again).slice(0, 3)).toEqual(residuals(whole).slice(0, 3));
  // the fourth begins from other orbitals, solved to 3 % of the residual
  expect(residuals(again)[3]! / residuals(whole)[3]! - 1).toBeCloseTo(0, 0);
});

test("a damped iteration says that it was interrupted, and has as many steps as asked for", async () => {
  const stop = new AbortController();
  const run = async (observedSteps: number, more: DielectricRunOptions = {}) =>
    (await runDielectric(JOB, { observedSteps, finished: keeper(), ...more })).observed!;
  const onDampedStep = ({ step }: { readonly step: number }) => {
    if (step === 2) stop.abort();
  };
  const stopped = await run(4, { signal: stop.signal, onDampedStep });
  expect(stopped).toMatchObject({ interrupted: true });
  expect(stopped.residuals).toHaveLength(2);
  const went = await run(4);
  expect(went.interrupted).toBeUndefined();
  expect(went.residuals).toHaveLength(4);
  expect((await run(1)).residuals).toEqual(stopped.residuals.slice(0, 1));
});

test("a step is made where another version, or other orbitals, came to the end of an iteration", async () => {
  let state: Checkpoint | undefined;
  const checkpoint = (kept: Checkpoint) => {
    state = kept;
  };
  await runBands(JOB, { path: "GX", points: 3, checkpoint, keepOrbitals: true });
  const { by, ...settled } = state!.settled!;
  const stepsFrom = async (restart: Checkpoint, job: object = JOB) => {
    let steps = 0;
    await runBands(job, { path: "GX", points: 3, restart, onStep: () => steps++ });
    return steps;
  };
  expect(await stepsFrom(state!)).toBe(0);
  expect(await stepsFrom({ ...state!, settled })).toBeGreaterThan(0);
  for (const other of [{ stillwave: "0.0.1" }, { backend: "native" as const }, { realOrbitals: false }])
    expect(await stepsFrom({ ...state!, settled: { ...settled, by: { ...by!, ...other } } })).toBeGreaterThan(
      0,
    );
});

test("pieces of other work are not found: another cutoff, another potential", async () => {
  const made: number[] = [];
  for (const job of [JOB, { ...JOB, ecut: 3.5 }, { ...JOB, functional: "pbe" }]) {
    let count = 0;
    await runBands(job, { path: "GX", points: 3, finished: keeper(), onBands: () => count++ });
    made.push(count);
  }
  expect(made).toEqual([3, 3, 3]);
});

test("a file comes back to the last bit, less the lines that are cut short or damaged", () => {
  const isPiece = (value: unknown): value is { readonly x: Float64Array; readonly n: number } =>
    isNumbers((value as { x?: unknown }).x, 2);
  const file = piecesFile(path, "work", new Map(), () => {});
  const x = Float64Array.of(1 / 3, -1e-300);
  for (const name of ["a", "b", "c"]) file.keep(name, { x, n: Number.NEGATIVE_INFINITY });
  file.keep("a", { x: Float64Array.of(2, 3), n: 1 });
  const { work, pieces, damaged } = readPieces(path)!;
  expect([work, damaged]).toEqual(["work", 0]);
  expect(pieces).toEqual(
    new Map([
      ["a", { x: Float64Array.of(2, 3), n: 1 }],
      ["b", { x, n: Number.NEGATIVE_INFINITY }],
      ["c", { x, n: Number.NEGATIVE_INFINITY }],
    ]),
  );
  const text = readFileSync(path, "latin1");
  for (const [name, damage] of [
    ["cut short", () => truncateSync(path, text.length - 20)],
    ["a letter", () => writeFileSync(path, text.replace('["b"', '["d"'))],
    ["something else", () => appendFileSync(path, "other\n")],
  ] as const) {
    writeFileSync(path, text);
    damage();
    const found = readPieces(path)!;
    expect([name, found.damaged]).toEqual([name, 1]);
    expect(found.pieces.has("c")).toBe(true);
    expect(found.pieces.has("d")).toBe(false);
  }
  const again = piecesFile(path, "work", readPieces(path)!.pieces, () => {});
  expect(again.find("b", isPiece)!.x).toEqual(x);
  expect(
    again.find("c", (value): value is object => isNumbers((value as { x?: unknown }).x, 3)),
  ).toBeUndefined();
  again.remove();
  expect(readPieces(path)).toBeUndefined();
});

test("a file that cannot be written is told of once, and the work goes on", () => {
  const told: unknown[] = [];
  const file = piecesFile(join(folder, "no", "such"), "work", new Map(), (error) => told.push(error));
  file.keep("a", {});
  file.keep("b", {});
  expect(told).toHaveLength(1);
});
