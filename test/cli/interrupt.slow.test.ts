import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readCheckpoint } from "../../src/io/checkpoint.ts";
import { SILICON } from "../systems.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-interrupt-"));
afterAll(() => rmSync(cwd, { recursive: true }));

const HEAVY = {
  ...SILICON,
  ecut: 50,
  bands: 20,
  kgrid: [2, 1, 1],
  symmetry: false,
  scf: { tolerance: { density: 1e-9 } },
};
writeFileSync(join(cwd, "heavy.json"), JSON.stringify(HEAVY));
writeFileSync(join(cwd, "light.json"), JSON.stringify({ ...HEAVY, ecut: 8 }));

/** A run of the command line as a process of its own; the listeners hear all that was written so far. */
function run(
  words: readonly string[],
  on: { readonly output?: (text: string) => void; readonly errors?: (text: string) => void } = {},
) {
  const program = ["--import", import.meta.resolve("tsx"), resolve("src/cli/main.ts")];
  const child = spawn(process.execPath, [...program, ...words, "--threads", "2"], { cwd });
  const written = { output: "", errors: "" };
  for (const [stream, name] of [[child.stdout, "output"], [child.stderr, "errors"]] as const) // biome-ignore format: pairs
    stream.on("data", (chunk: Buffer) => {
      written[name] += chunk.toString();
      on[name]?.(written[name]);
    });
  const ended = new Promise<{ code: number | null; signal: string | null }>((done) =>
    child.on("close", (code, signal) => done({ code, signal })),
  );
  return { child, written, ended };
}

/** Calls `then` once, when the text has the pattern for the first time. */
function once(pattern: RegExp, then: () => void): (text: string) => void {
  let isDone = false;
  return (text) => {
    if (isDone || !pattern.test(text)) return;
    isDone = true;
    then();
  };
}

const SECOND_STEP = /\n +2 +-/;
const state = async (name: string) =>
  (await readCheckpoint(join(cwd, name))) as { history: unknown[]; orbitals?: unknown[] };

describe.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s", (name) => {
  test("twice leaves at once, with the last whole step in a file", async () => {
    const { child, written, ended } = run(["scf", "heavy.json"], {
      output: once(SECOND_STEP, () => child.kill(name)), // workers are at the third step
      errors: once(/again to quit/, () => child.kill(name)),
    });
    expect((await ended).signal).toBe(name);
    expect(written.errors).toMatch(/checkpoint: .*heavy\.checkpoint\.json; continue with --restart/);
    expect((await state("heavy.checkpoint.json")).history).toHaveLength(2);
    expect(readdirSync(cwd).filter((file) => file.endsWith(".tmp"))).toEqual([]);
  });

  test("once leaves a result that says so, and a state with orbitals", async () => {
    const { child, ended } = run(["scf", "heavy.json", "--out", "result.json"], {
      output: once(SECOND_STEP, () => child.kill(name)),
    });
    expect(await ended).toEqual({ code: 3, signal: null });
    expect(JSON.parse(readFileSync(join(cwd, "result.json"), "utf8"))).toMatchObject({
      status: "interrupted",
    });
    expect((await state("result.checkpoint.json")).orbitals).toHaveLength(2);
  });
});

test("kill -9 loses no more than the current step, and the next run cleans up and goes on", async () => {
  const first = run(["scf", "heavy.json", "--checkpoint", "killed.json"], {
    output: once(SECOND_STEP, () => first.child.kill("SIGKILL")),
  });
  await first.ended;
  expect((await state("killed.json")).history.length).toBeGreaterThanOrEqual(1);
  expect(existsSync(join(cwd, "killed.json.lock"))).toBe(true);
  const words = ["scf", "heavy.json", "--checkpoint", "killed.json", "--restart", "killed.json"];
  const next = run(words, { output: once(/\n +4 +-/, () => next.child.kill("SIGTERM")) });
  expect((await next.ended).code).toBe(3);
  expect((await state("killed.json")).history.length).toBeGreaterThanOrEqual(4);
  expect(readdirSync(cwd).filter((file) => /\.(tmp|lock)$/.test(file))).toEqual([]);
});

test("a second run on the checkpoint of a first one is told and ends", async () => {
  const first = run(["scf", "heavy.json", "--checkpoint", "shared.json"]);
  while (!existsSync(join(cwd, "shared.json"))) await new Promise((done) => setTimeout(done, 50));
  const second = run(["scf", "light.json", "--checkpoint", "shared.json"]);
  expect((await second.ended).code).toBe(2);
  expect(second.written.errors).toMatch(
    /--checkpoint: must be a file that no other run writes, got .*shared\.json/,
  );
  first.child.kill("SIGTERM");
  expect((await first.ended).code).toBe(3);
});

test("a checkpoint that cannot be written warns, and the run goes on to its result", async () => {
  const { written, ended } = run([
    "scf",
    "light.json",
    "--checkpoint",
    "/dev/full",
    "--out",
    "light.result.json",
  ]);
  expect((await ended).code).toBe(0);
  expect(written.errors).toMatch(/checkpoint: \/dev\/full could not be written \(ENOSPC/);
  expect(written.errors).not.toMatch(/\n +at /);
  expect(JSON.parse(readFileSync(join(cwd, "light.result.json"), "utf8"))).toMatchObject({ converged: true });
});

test("a reader that closes the pipe does not end a run that has files to write", async () => {
  const { child, ended } = run(["scf", "light.json", "--out", "piped.json"], {
    output: once(/./, () => child.stdout.destroy()),
  });
  expect((await ended).code).toBe(0);
  expect(JSON.parse(readFileSync(join(cwd, "piped.json"), "utf8"))).toMatchObject({ converged: true });
});

test("a result whose file cannot be written is printed, with the name of the file", async () => {
  const { written, ended } = run(["scf", "light.json", "--out", "/dev/full"]);
  expect((await ended).code).toBe(1);
  expect(written.errors).toMatch(
    /the result is printed, because a file of it is missing; result: \/dev\/full could not be written \(ENOSPC/,
  );
  expect(written.errors).not.toMatch(/\n +at /);
  expect(written.output).toContain('"converged": true');
});
