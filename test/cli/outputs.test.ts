import { spawnSync } from "node:child_process";
import { linkSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { BUILT } from "../built.ts";
import { fakeHost, historyRow } from "./fake-host.ts";

const root = mkdtempSync(join(tmpdir(), "stillwave-outputs-"));
afterAll(() => rmSync(root, { recursive: true }));
let cwd = root;
const JOB = JSON.stringify({
  structure: { file: "si.extxyz" },
  ecut: 3,
  pseudopotentials: { Si: "gth-lda" },
});
beforeEach(() => {
  cwd = mkdtempSync(join(root, "run-"));
  writeFileSync(join(cwd, "job.json"), JOB);
  writeFileSync(
    join(cwd, "si.extxyz"),
    '1\nLattice="4 0 0 0 4 0 0 0 4" Properties=species:S:1:pos:R:3\nSi 0 0 0\n',
  );
});
async function run(...words: string[]) {
  const host = fakeHost({
    cwd,
    run: async () => ({
      history: [1, 2].map((step) => ({
        ...historyRow(step),
        parts: { potential: 0.1, diagonalise: 0.1, density: 0.1, mixing: 0.1 },
      })),
      warnings: [],
    }),
  });
  const code = await runProgram(words, host);
  return { code, ...host.written };
}

describe("a file that is read is not written", () => {
  test.each([
    ["itself", "job.json", () => {}],
    ["a symbolic link", "link.json", () => symlinkSync("job.json", join(cwd, "link.json"))],
    ["a hard link", "link.json", () => linkSync(join(cwd, "job.json"), join(cwd, "link.json"))],
    ["the structure that the job names", "si.extxyz", () => {}],
  ])("%s", async (_, name, prepare) => {
    prepare();
    const { code, stderr } = await run("scf", "job.json", "--out", name);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^stillwave: --out: must be another file than the job and those it names, got \S+\n$/,
    );
    expect(readFileSync(join(cwd, "job.json"), "utf8")).toBe(JOB);
  });
});

test("two outputs are two files, whatever leads to them; a device may be several", async () => {
  symlinkSync(".", join(cwd, "there"));
  const twice = await run("scf", "job.json", "--out", "a.json", "--checkpoint", "there/a.json");
  expect(twice.code).toBe(2);
  expect(twice.stderr).toBe(
    "stillwave: --checkpoint: must be another file than that of --out, got there/a.json for both\n",
  );
  expect((await run("scf", "job.json", "--out", "/dev/null", "--checkpoint", "/dev/null")).code).toBe(0);
});

test("a file that cannot be written keeps none of the others from it, and the numbers are printed", async () => {
  symlinkSync("/dev/full", join(cwd, "full.svg"));
  const { code, stdout, stderr } = await run(
    ...["scf", "job.json", "--out", "/dev/full", "--plot", "full.svg", "--plot-times", "times.svg"],
  );
  expect(code).toBe(1);
  expect(JSON.parse(stdout.slice(stdout.indexOf("{\n")))).toMatchObject({ converged: true });
  expect(stderr).toMatch(
    /stillwave: the result is printed, because a file of it is missing; result: \/dev\/full could not be written \(ENOSPC: no space left on device\); plot: \S+full\.svg could not be written/,
  );
  expect(stderr).toContain("plot: times.svg\n");
  expect(readFileSync(join(cwd, "times.svg"), "utf8")).toMatch(/^<svg/);
});

describe("a process", () => {
  const bash = (line: string) =>
    spawnSync("bash", ["-c", line, "bash", process.execPath, BUILT.main], { cwd, encoding: "utf8" });

  test("prints to standard error what a full disk does not take", () => {
    const { status, stderr } = bash('"$@" info > /dev/full');
    expect(stderr).toMatch(
      /standard output could not be written \(ENOSPC: no space left on device\); it goes on here/,
    );
    expect(stderr).toMatch(/back end/);
    expect(stderr).not.toMatch(/\n +at /);
    expect(status).toBe(1);
  });

  test("says in a line that its folder is gone", () => {
    const { status, stderr } = bash('mkdir gone; cd gone; rmdir ../gone; "$@" scf silicon');
    expect(stderr).toBe("stillwave: working folder: must exist, it does not exist\n");
    expect(status).toBe(2);
  });

  test("says in a line that it may open no more files", () => {
    const { status, stderr } = bash('ulimit -n 24; "$@" scf job.json');
    expect(stderr).toMatch(/^stillwave: EMFILE: too many open files[^\n]*\n$/);
    expect(status).toBe(1);
  });
});

test("a picture's width and a plane by atoms are checked before the work", async () => {
  writeFileSync(
    join(cwd, "two.json"),
    JSON.stringify({
      ...JSON.parse(JOB),
      structure: {
        lattice: [
          [8, 0, 0],
          [0, 8, 0],
          [0, 0, 8],
        ],
        atoms: [
          { element: "Si", position: [0, 0, 0] },
          { element: "Si", position: [0.5, 0.5, 0.5] },
        ],
      },
    }),
  );
  const said = async (...words: string[]) =>
    (await run("scf", "two.json", "--plot-density", "a.svg", ...words)).stderr;
  expect(await said("--picture-width", "8.6")).toMatch(
    /^stillwave: --picture-width: must be a length from 5cm to 50cm/,
  );
  expect(await said("--slice", "atoms:1,2")).toMatch(
    /^stillwave: --slice: must be two lattice vectors and .* or three atoms, got/,
  );
  writeFileSync(join(cwd, "POSCAR"), "Si\n8\n1 0 0\n0 1 0\n0 0 1\nSi\n2\ndirect\n0 0 0\n.5 .5 .5\n");
  writeFileSync(
    join(cwd, "file.json"),
    JSON.stringify({ ...JSON.parse(JOB), structure: { file: "POSCAR" } }),
  );
  // Seen red for a structure in a file: planes refused where they are drawn, after the steps.
  for (const job of ["two.json", "file.json"])
    for (const [plane, refusal] of [
      ["atoms:1,2,3", /must name atoms from 1 to 2, got 3\n$/],
      ["0,0,1@3", /must name atoms from 1 to 2, got 3\n$/],
      ["0,0,0@1", /must have a normal other than 0,0,0, got 0,0,0\n$/],
    ] as const) {
      const { stderr } = await run("scf", job, "--plot-density", "a.svg", "--slice", plane);
      expect(stderr).toMatch(refusal);
      expect(stderr).not.toContain("residual"); // no table of steps
    }
});
