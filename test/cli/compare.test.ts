import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import type { RunOptions } from "../../src/job/prepare/prepare-scf.ts";
import type { Comparison } from "../../src/job/tasks/compare/compare.ts";
import { type FakeHost, fakeHost, historyRow } from "./fake-host.ts";

const root = mkdtempSync(join(tmpdir(), "stillwave-compare-"));
afterAll(() => rmSync(root, { recursive: true }));
let cwd = root;
beforeEach(() => {
  cwd = mkdtempSync(join(root, "run-"));
  const lattice = [[9, 0, 0], [0, 9, 0], [0, 0, 9]]; // biome-ignore format: a matrix
  const structure = { lattice, atoms: [{ element: "Si", position: [0, 0, 0] }] };
  writeFileSync(join(cwd, "si.json"), JSON.stringify({ structure, ecut: 5 }));
});
const compare = (words: string, host: FakeHost) => runProgram(["compare", ...words.split(" ")], host);
const twoSteps = async (options: RunOptions) => {
  for (const step of [1, 2]) options.onStep?.(historyRow(step));
  return {};
};
const written = (folder: string) =>
  JSON.parse(readFileSync(join(cwd, folder, "compare.json"), "utf8")) as Comparison;

test("prints a row for each run, writes compare.json and compare.svg, and tells of each run on stderr", async () => {
  const host = fakeHost({ cwd, run: twoSteps });
  expect(await compare("si.json --mixings simple,ldos --sizes 1,2 --out a/b --threads 3", host)).toBe(0);
  const lines = host.written.stdout.trimEnd().split("\n");
  expect(lines[0]).toMatch(
    /^size +mixing +steps +to 1\.6e-10 Ha +highest E \(Ha\) +H applied +time \(s\) +status$/,
  );
  expect(lines.slice(1).map((line) => line.trim().split(/\s+/))).toEqual(
    [
      ["1", "simple"],
      ["1", "ldos"],
      ["2", "simple"],
      ["2", "ldos"],
    ].map((run) => [...run, "3", "-", "+0.099", "240", "1.00", "converged"]),
  );
  expect(host.written.stderr).toMatch(/^size 1, simple: converged in 3 steps\nsize 1, ldos: /);
  expect(host.written.stderr).toMatch(
    /\ncomparison: a\/b\/compare\.json\n(.*\n)*plot: a\/b\/compare\.svg\n$/,
  );
  expect(written("a/b")).toMatchObject({ sizes: [1, 2], mixings: ["simple", "ldos"], complete: true });
  expect(written("a/b").runs.map(({ history }) => history.length)).toEqual([3, 3, 3, 3]);
  expect(readFileSync(join(cwd, "a/b/compare.svg"), "utf8")).toMatch(/^<svg xmlns/);
  expect(host.seen.options!.threads).toBe(3);
});

test("--condition adds a column of condition numbers", async () => {
  const job = { structure: { lattice: [[4, 0, 0], [0, 4, 0], [0, 0, 5]], atoms: [{ element: "H", position: [0, 0, 0.1] }, { element: "H", position: [0, 0, 0.4] }] }, ecut: 3 }; // biome-ignore format: a small cell
  writeFileSync(join(cwd, "h2.json"), JSON.stringify(job));
  const host = fakeHost({ cwd, run: twoSteps });
  const watched = { ...host, stderr: { ...host.stderr, isTerminal: true } };
  expect(await compare("h2.json --mixings simple --condition", watched)).toBe(0);
  expect(host.written.stderr).toMatch(/run 1\/1: size 1, simple, condition number, product 1/);
  const [titles, row] = host.written.stdout.trimEnd().split("\n");
  expect(titles).toMatch(/time \(s\) +condition +status$/);
  const condition = Number(row!.trim().split(/\s+/).at(-2));
  expect(condition).toBeGreaterThan(1.0001);
  expect(written(".").runs[0]!.conditionNumber!.toPrecision(3)).toBe(condition.toPrecision(3));
});

test("without options takes simple, kerker and auto, once each, into the current folder", async () => {
  const host = fakeHost({ cwd });
  expect(await compare("si.json", host)).toBe(0);
  expect(written(".")).toMatchObject({ sizes: [1], mixings: ["simple", "kerker", "auto"] });
});

test("a terminal gets a line that is rewritten at every step", async () => {
  const host = fakeHost({ cwd, run: twoSteps, isTerminal: true });
  await compare("si.json --mixings ldos", host);
  expect(host.written.stderr).toContain("run 1/1: size 1, ldos, step 2, residual 1.0e-2");
  expect(host.written.stderr.split("\r\u001b[2K").length - 1).toBe(3); // shown twice, wiped once
});

test("a mixing that does not converge is a row; when none does, 3 is returned", async () => {
  const failing = (names: readonly string[]) => async (_: RunOptions, host: FakeHost) => {
    const { scf } = host.seen.job as { scf: { mixing: { name: string } } };
    return names.includes(scf.mixing.name) ? ({ converged: false, status: "iteration-limit" } as const) : {};
  };
  const one = fakeHost({ cwd, run: failing(["simple"]) });
  expect(await compare("si.json --mixings simple,ldos", one)).toBe(0);
  expect(one.written.stdout).toMatch(/simple +- +- .*iteration-limit\n/);
  expect(one.written.stderr).toContain("size 1, simple: iteration-limit after 3 steps");
  const both = fakeHost({ cwd, run: failing(["simple", "ldos"]) });
  expect(await compare("si.json --mixings simple,ldos", both)).toBe(3);
});

test("Ctrl-C ends it after the run at hand, with what there is, and 3", async () => {
  const run = async (options: RunOptions, host: FakeHost) => {
    host.interrupt();
    expect(options.signal!.aborted).toBe(true);
    return { converged: false, status: "interrupted" } as const;
  };
  const host = fakeHost({ cwd, run });
  expect(await compare("si.json --mixings simple,ldos", host)).toBe(3);
  expect(host.written.stdout).toMatch(/simple .*interrupted\ninterrupted: the table is not complete\n$/);
  expect(written(".")).toMatchObject({ complete: false });
});

test("every run is in the file when it is done, and --restart makes only those that are not", async () => {
  const made: string[] = [];
  const dying = async (_: RunOptions, host: FakeHost) => {
    const { scf } = host.seen.job as { scf: { mixing: { name: string } } };
    made.push(scf.mixing.name);
    if (made.length === 2) throw new Error("the machine stops");
    return { history: [1, 2, 3].map(historyRow) };
  };
  expect(await compare("si.json --mixings simple,kerker,ldos", fakeHost({ cwd, run: dying }))).toBe(1);
  expect(written(".")).toMatchObject({ complete: false, mixings: ["simple", "kerker", "ldos"] });
  expect(written(".").runs.map(({ mixing }) => mixing)).toEqual(["simple"]);
  const host = fakeHost({ cwd, run: dying });
  expect(await compare("si.json --mixings simple,kerker,ldos --restart compare.json", host)).toBe(0);
  expect(made).toEqual(["simple", "kerker", "kerker", "ldos"]);
  expect(written(".").runs.map(({ mixing }) => mixing)).toEqual(["simple", "kerker", "ldos"]);
  expect(written(".")).toMatchObject({ complete: true, lowestEnergies: [historyRow(1).energy] });
  const other = fakeHost({ cwd });
  expect(await compare("si.json --ecut 6 --restart compare.json", other)).toBe(2);
  expect(other.written.stderr).toMatch(/restart: must be of this job/);
});

test("the job stays what it is, also where it has the name of the result", async () => {
  const job = readFileSync(join(cwd, "si.json"), "utf8");
  writeFileSync(join(cwd, "compare.json"), job);
  const host = fakeHost({ cwd });
  expect(await compare("compare.json --mixings simple", host)).toBe(2);
  expect(host.written.stderr).toMatch(/^stillwave: --out: must be another file than the job/);
  expect(readFileSync(join(cwd, "compare.json"), "utf8")).toBe(job);
});

test.each([
  [
    "si.json --mixings ldso",
    /^stillwave: --mixings: must be different names among simple.*did you mean ldos\?\)\n$/,
  ],
  [
    "si.json --sizes 1,x",
    /^stillwave: --sizes: must be different whole numbers from 1 to 1000, got 1,x; such as 1,2,4\n$/,
  ],
  ["si.json --threads 0", /^stillwave: --threads: must be a whole number from 1 to 1024, got 0; as many/],
  ["nothing.json", /^stillwave: JOB: must be a file/],
])("%s is wrong input: one line, 2, no folder made, nothing run", async (words, message) => {
  const host = fakeHost({ cwd });
  expect(await compare(`${words} --out made`, host)).toBe(2);
  expect(host.written.stderr).toMatch(message);
  expect(host.written.stdout).toBe("");
  expect(host.seen).toEqual({});
  expect(existsSync(join(cwd, "made"))).toBe(false);
});
