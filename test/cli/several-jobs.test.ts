import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { readCheckpoint } from "../../src/io/checkpoint.ts";
import type { RunOptions } from "../../src/job/prepare/prepare-scf.ts";
import { SILICON, to } from "../systems.ts";
import { type FakeHost, fakeHost, historyRow } from "./fake-host.ts";

const root = mkdtempSync(join(tmpdir(), "stillwave-several-"));
afterAll(() => rmSync(root, { recursive: true }));
let cwd = root;
const write = (name: string, job: object) => writeFileSync(join(cwd, name), JSON.stringify(job));
beforeEach(() => {
  cwd = mkdtempSync(join(root, "run-"));
  for (const name of ["a", "b", "c"]) write(`${name}.json`, { ...SILICON, title: `silicon ${name}` });
});

const scf = (words: string, host: FakeHost) => runProgram(["scf", ...words.split(" ")], host);
const titleOf = ({ seen }: FakeHost) => (seen.job as { readonly title: string }).title;
/** The lines of the table at the end. */
const tableOf = ({ written: { stdout } }: FakeHost) =>
  stdout
    .slice(stdout.lastIndexOf("job "))
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(/ {2,}/));

test("jobs run one after the other, each with files of its name, and end in a table", async () => {
  const ran: string[] = [];
  const host = fakeHost({
    cwd,
    run: async (_, self) => {
      ran.push(titleOf(self));
      return {};
    },
  });
  expect(await scf("a.json b.json c.json --out {job}.result.json", host)).toBe(0);
  expect(ran).toEqual(["silicon a", "silicon b", "silicon c"]);
  for (const name of ["a", "b", "c"])
    expect(JSON.parse(readFileSync(join(cwd, `${name}.result.json`), "utf8")).job.title).toBe(
      `silicon ${name}`,
    );
  expect(tableOf(host)).toEqual(
    ["a", "b", "c"].map((name) => [
      `${name}.json`,
      "-7.9000000000",
      "3",
      expect.stringMatching(/^\d+\.\d\d$/),
      "converged",
    ]),
  );
});

test("one that fails does not end the others: its line says why, and the worst decides the exit code", async () => {
  write("b.json", { ...SILICON, ecut: -1 });
  const run = async (_: RunOptions, host: FakeHost) => {
    if (titleOf(host) === "silicon c") throw new Error("the disk is full");
    return {};
  };
  const host = fakeHost({ cwd, run });
  expect(await scf("a.json b.json nix.json", host)).toBe(2);
  expect(await scf("b.json c.json a.json", host)).toBe(1);
  const [wrong, failed, right] = tableOf(host);
  expect(wrong!.slice(0, 3)).toEqual(["b.json", "-", "-"]);
  expect(wrong![4]).toMatch(/^ecut: must be a positive plane-wave cutoff in Ha, got -1/);
  expect(failed![4]).toBe("the disk is full");
  expect(right![4]).toBe("converged");
  expect(host.written.stderr).toContain("stillwave: b.json: ecut: must be");
  expect(host.written.stderr).toContain("stillwave: nix.json: JOB: must be a file");
});

test("one that does not converge is told, and is no error", async () => {
  const run = async (_: RunOptions, host: FakeHost) =>
    titleOf(host) === "silicon a"
      ? ({ converged: false, status: "iteration-limit", reason: "the limit of 2 steps" } as const)
      : {};
  const host = fakeHost({ cwd, run });
  expect(await scf("a.json b.json --quiet", host)).toBe(3);
  expect(tableOf(host).map((cells) => cells[4])).toEqual([
    "NOT converged: the limit of 2 steps",
    "converged",
  ]);
  expect(host.written.stdout).toMatch(/^job .*\n.*\n.*\n$/); // nothing but the table
});

test("Ctrl-C keeps the state of the one that runs and begins no more; --restart goes on from what is there", async () => {
  const run = async ({ checkpoint, signal }: RunOptions, host: FakeHost) => {
    if (titleOf(host) !== "silicon b") return {};
    await checkpoint?.({ rho: new Float64Array(2), history: [historyRow(1)] } as never);
    host.interrupt();
    expect(signal?.aborted).toBe(true);
    return { converged: false, status: "interrupted", reason: "interrupted after 1 step" } as const;
  };
  const host = fakeHost({ cwd, run });
  expect(await scf("a.json b.json c.json", host)).toBe(3);
  expect(tableOf(host).map((cells) => cells[4])).toEqual([
    "converged",
    "NOT converged: interrupted after 1 step",
    "not begun",
  ]);
  expect(host.written.stderr).toContain("checkpoint: b.checkpoint.json; continue with --restart");
  expect(host.written.stderr).toContain("interrupted: 1 job not begun");
  expect(
    ((await readCheckpoint(join(cwd, "b.checkpoint.json"))) as { history: object[] }).history.length,
  ).toBe(1);
  const given: boolean[] = [];
  const again = fakeHost({
    cwd,
    run: async ({ restart }) => {
      given.push(restart !== undefined);
      return {};
    },
  });
  expect(await scf("a.json b.json c.json --restart {job}.checkpoint.json", again)).toBe(0);
  expect(given).toEqual([false, true, false]);
  expect(again.written.stderr).toContain("c.checkpoint.json is not there: from the beginning");
});

test("Ctrl-C in a job that converges all the same leaves the rest: the exit code says so", async () => {
  const run = async (_: RunOptions, host: FakeHost) => {
    host.interrupt();
    return {};
  };
  const host = fakeHost({ cwd, run });
  expect(await scf("a.json b.json", host)).toBe(3);
  expect(tableOf(host).map((cells) => cells[4])).toEqual(["converged", "not begun"]);
});

test.each([
  [
    "a.json b.json --out x.json",
    /^stillwave: --out: must hold \{job\}, .* such as \{job\}\.x\.json, got x\.json\n$/,
  ],
  [
    "a.json b.json --plot p/x.svg",
    /^stillwave: --plot: must hold \{job\}, .* such as p\/\{job\}\.x\.svg, got /,
  ],
  ["a.json b.json --restart x.json", /^stillwave: --restart: must hold \{job\}, /],
  ["a.json a.json --out {job}.out.json", /^stillwave: JOB: must have names of their own .*, got a twice\n$/],
  [
    "a.json b.json --json",
    /^stillwave: --json: must stand with one job, got 2; --out \{job\}\.result\.json writes each\n$/,
  ],
  [
    "a.json ab.json --out {job}b.json",
    /^stillwave: --out: must be files that nothing else is, got .*\/ab\.json, which is the job ab\.json\n$/,
  ],
  [
    "a.json b.json --out {job}.x.json --checkpoint {job}.x.json",
    /^stillwave: --checkpoint: must be files that nothing else is, got .*\/a\.x\.json, which is also a file of --out\n$|^stillwave: --out: must be files that nothing else is, got .*, which is also a file of --checkpoint\n$/,
  ],
  ["- -", /^stillwave: JOB: must be standard input once at most, got - twice\n$/],
  ["a.json b.json --quiet --verbose", /^stillwave: --quiet: must stand without --verbose, got both\n$/],
])("%s is refused before any job begins", async (words, line) => {
  const host = fakeHost({ cwd, run: async () => expect.fail("a job has begun") });
  expect(await scf(words, host)).toBe(2);
  expect(host.written.stderr).toMatch(line);
  expect(existsSync(join(cwd, "x.json"))).toBe(false);
});

test("results are those of each job alone, to the last bit", async () => {
  write("b.json", to(1e-4, { ...SILICON, ecut: 4 }));
  write("a.json", to(1e-4, { ...SILICON, ecut: 4, kgrid: [1, 1, 1] }));
  const read = (name: string) => {
    const { energies, kpoints, forces } = JSON.parse(readFileSync(join(cwd, name), "utf8"));
    return { energies, kpoints, forces };
  };
  const host = () => fakeHost({ cwd, isReal: true });
  expect(await scf("a.json b.json a.json --threads 2 --quiet", host())).toBe(0);
  expect(await scf("a.json b.json --out {job}.both.json --threads 2", host())).toBe(0);
  for (const name of ["a", "b"]) {
    expect(await scf(`${name}.json --out ${name}.alone.json --threads 1`, host())).toBe(0);
    expect(read(`${name}.both.json`)).toEqual(read(`${name}.alone.json`));
  }
});
