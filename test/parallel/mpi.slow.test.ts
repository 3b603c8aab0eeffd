import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readCheckpoint } from "../../src/io/checkpoint.ts";
import type { ScfState } from "../../src/scf/state.ts";
import { BUILT } from "../built.ts";
import { needs } from "../needs.ts";
import { ALUMINIUM, to } from "../systems.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-mpi-"));
afterAll(() => rmSync(cwd, { recursive: true }));
const isThere = spawnSync("mpirun", ["--version"]).status === 0;

const MAIN = resolve(BUILT.main);
const MPIRUN = ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"];
const words = (processes: number, command: readonly string[]): [string, string[]] => {
  const program = [MAIN, ...command, "--threads", "1", "--quiet"];
  return processes === 1
    ? [process.execPath, program]
    : ["mpirun", [...MPIRUN, "-n", `${processes}`, process.execPath, ...program]];
};
const run = (processes: number, ...command: string[]) =>
  execFileSync(...words(processes, command), { cwd, encoding: "utf8", stdio: "pipe", timeout: 240_000 });

/** Times and numbers of threads are those of the run. */
const TIMES = new Set(["seconds", "parts", "work", "resources", "threads", "phases"]);
const digits = (file: string): unknown =>
  JSON.parse(readFileSync(join(cwd, file), "utf8"), (key, value) => (TIMES.has(key) ? undefined : value));

writeFileSync(join(cwd, "job.json"), JSON.stringify(to(1e-7, { ...ALUMINIUM, kgrid: [3, 3, 3] })));

describe.skipIf(!isThere)(needs("openmpi-bin", isThere, "processes of mpirun"), () => {
  test.each([
    ["scf", "result.json", ["scf", "job.json"]],
    ["bands", "result.json", ["bands", "job.json", "--path", "GXL", "--points", "7"]],
    ["dos", "result.json", ["dos", "job.json", "--kgrid", "4,4,4"]],
    ["compare", "", ["compare", "job.json", "--mixings", "simple,ldos"]],
  ])("%s: 1, 2 and 4 of them give the same digits", (name, file, command) => {
    const results = [1, 2, 4].map((processes) => {
      const folder = `${name}-${processes}`;
      mkdirSync(join(cwd, folder));
      run(processes, ...command, "--out", join(folder, file));
      return digits(join(folder, file || "compare.json"));
    });
    expect(JSON.stringify(results[0]).length).toBeGreaterThan(500);
    for (const result of results) expect(result).toEqual(results[0]);
  });

  test("one that dies ends all; the state stays, and any number of processes goes on from it", async () => {
    const job = to(1e-12, { ...ALUMINIUM, ecut: 20, kgrid: [4, 4, 4], symmetry: false });
    writeFileSync(join(cwd, "long.json"), JSON.stringify({ ...job, scf: { ...job.scf, maxIterations: 8 } }));
    const command = ["scf", "long.json", "--checkpoint", "state.json", "--out", "long-result.json"];
    const [program, rest] = words(2, command);
    const child = spawn(program, rest, { cwd, stdio: "ignore" });
    const ended = new Promise<number | null>((done) => child.on("close", done));
    while (!existsSync(join(cwd, "state.json"))) await pause(20);
    expect(child.exitCode).toBe(null);
    const victim = ranksOf(child).at(-1)!;
    process.kill(victim, "SIGKILL");
    expect(await ended).not.toBe(0);
    expect(ranksOf(child)).toEqual([]);
    expect(existsSync(join(cwd, "long-result.json"))).toBe(false);
    const { history } = (await readCheckpoint(join(cwd, "state.json"))) as ScfState;
    expect(history.length).toBeGreaterThan(0);
    const [again, more] = words(2, [...command, "--restart", "state.json"]);
    const { stderr } = spawnSync(again, more, { cwd, encoding: "utf8", timeout: 240_000 });
    expect(existsSync(join(cwd, "long-result.json")), stderr).toBe(true);
    const { iterations } = digits("long-result.json") as { iterations: number };
    expect(iterations).toBe(8);
  });
});

test("processes of another MPI are refused by its name", () => {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, "scf", "job.json"], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, PMI_SIZE: "2" },
  });
  expect(stderr).toBe("stillwave: mpirun: must be that of Open MPI, got MPICH or Intel MPI (PMI_SIZE=2)\n");
  expect(status).toBe(2);
});

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Processes of node below an `mpirun`, in the order in which they were started. */
function ranksOf({ pid }: ChildProcess): number[] {
  const found: number[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))?.[1]);
      if (parent === pid) found.push(Number(name));
    } catch {
      // It has ended meanwhile.
    }
  }
  return found.sort((a, b) => a - b);
}
