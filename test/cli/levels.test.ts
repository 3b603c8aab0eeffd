import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { progressLine } from "../../src/cli/terminal/progress-line.ts";
import { reporter } from "../../src/cli/terminal/reporter.ts";
import type { RunOptions } from "../../src/job/prepare/prepare-scf.ts";
import { ALUMINIUM, SILICON } from "../systems.ts";
import { fakeHost, historyRow } from "./fake-host.ts";

const cwd = mkdtempSync(join(tmpdir(), "stillwave-levels-"));
afterAll(() => rmSync(cwd, { recursive: true }));

const twoSteps = async ({ onStep, onWarnings }: RunOptions) => {
  onWarnings?.(["mind the gap"]);
  const parts = { potential: 0.01, diagonalise: 0.2, density: 0.03, mixing: 0.01 };
  const history = [1, 2].map((step) => ({ ...historyRow(step), parts }));
  for (const row of history) onStep?.(row);
  return { history };
};

async function run(words: string, isTerminal = false) {
  const host = fakeHost({ cwd, isTerminal, run: twoSteps });
  const code = await runProgram(words.split(" "), host);
  return { code, ...host.written };
}

beforeAll(async () => {
  const cb = { ...SILICON, hamiltonian: "cohen-bergstresser", ecut: 3, title: "model silicon" };
  writeFileSync(join(cwd, "cb.json"), JSON.stringify(cb));
  writeFileSync(join(cwd, "si.json"), JSON.stringify({ ...SILICON, title: "tiny silicon" }));
  writeFileSync(join(cwd, "al.json"), JSON.stringify(ALUMINIUM));
  const { code } = await run(
    "bands cb.json --threads 1 --k 0,0,0;0.5,0,0.5 --bands 4 --certificate c.jsonl -q",
  );
  expect(code).toBe(0);
});

/** A run of each computing command: what quiet leaves, and what verbose adds. */
const COMMANDS: readonly (readonly [string, RegExp, RegExp])[] = [
  [
    "scf al.json",
    /^converged in 3 steps, free energy -7\.9000000000 Ha\n$/,
    /levels \(eV, from the Fermi level\).*part of the steps +s +share\npotential +0\.02/s,
  ],
  [
    "compare al.json --mixings kerker,ldos",
    /^size 1: kerker 3, ldos 3 steps\n$/,
    /potential \(s\).*\n +1 +kerker +0\.02/,
  ],
  [
    "bands cb.json --k 0,0,0;0.5,0,0.5 --threads 1",
    /^gap between bands 4 and 5.*; 2 k-points\n$/,
    /phase +s\npreparation +\d.*\nbands /,
  ],
  [
    "dos cb.json --kgrid 1,1,1 --points 50 --threads 1",
    /^highest filled level \d\.\d{8} Ha, \d.* states per eV/,
    /phase +s\npreparation.*\nlevels /,
  ],
  ["verify c.jsonl", /^every enclosure stands: 8 at 2 k-points\n$/, /k = \[0, 0, 0\]: stands, widest \d/],
  [
    "estimate al.json --threads 1",
    /^about \d+ MiB and .* steps of .*\)\n$/,
    /memory\n.*orbitals .*processor time of a step\n/s,
  ],
];

describe("how much is said", () => {
  const untimed = (text: string) => text.replace(/\d+(\.\d+)? (s|MiB|min)\b/g, "N");

  test.each(COMMANDS)("%s", async (words, essential, details) => {
    const [quiet, usual, verbose] = [await run(`${words} -q`), await run(words), await run(`${words} -v`)];
    expect([quiet.code, usual.code, verbose.code]).toEqual([0, 0, 0]);
    expect(quiet.stdout).toMatch(essential);
    expect(quiet.stdout.length).toBeLessThan(usual.stdout.length);
    expect(quiet.stderr).toMatch(/^(warning: .*\n)*$/); // warnings are never kept back
    if (!words.startsWith("scf"))
      expect(untimed(verbose.stdout).startsWith(untimed(usual.stdout))).toBe(true);
    expect(usual.stdout).not.toMatch(details);
    expect(verbose.stdout).toMatch(details);
    expect(await run(`${words} -q -v`)).toMatchObject({ code: 2, stdout: "" });
  });

  test("quiet says nothing to a terminal either before the result", async () => {
    const { stderr } = await run("scf al.json -q", true);
    expect(stderr).toBe("\u001b[33mwarning:\u001b[39m mind the gap\n");
    expect((await run("bands cb.json --k 0,0,0 -q --threads 1", true)).stderr).toBe("");
  });

  test("verbose rows tell what each step spent its time on", async () => {
    const { stdout } = await run("scf al.json -v");
    expect(stdout).toMatch(/time \(s\) +potential +diagonalise +density +mixing\n/);
    expect(stdout).toMatch(/\n +1 .* 0\.01 +0\.20 +0\.03 +0\.01\n/);
    expect((await run("scf al.json")).stdout).not.toContain("diagonalise");
  });

  test("beside JSON, details go to stderr", async () => {
    const { stdout, stderr } = await run("estimate al.json --json -v");
    expect(JSON.parse(stdout)).toMatchObject({ atoms: ALUMINIUM.structure.atoms.length });
    expect(stderr).toMatch(/^\nmemory\n/);
  });
});

test("a warning known before the first step stands above it, once, and a headline above both", async () => {
  const { stderr, stdout } = await run("scf al.json");
  expect(stderr).toBe("warning: mind the gap\n");
  expect(stdout).toMatch(/^al\n.*ecut/);
  const host = fakeHost({ cwd, run: twoSteps });
  const order: string[] = [];
  const note = (text: string) => order.push(text.slice(0, 9));
  await runProgram(["scf", "al.json", "--json"], {
    ...host,
    stdout: { ...host.stdout, write: () => {} },
    stderr: { ...host.stderr, write: note },
  });
  expect(order.slice(0, 3)).toEqual([expect.stringMatching(/^al\n/), "warning: ", "step    f"]);
});

test("a job that cannot be run has no headline", async () => {
  const job = { ...SILICON, pseudopotentials: "gth-ldaa" };
  writeFileSync(join(cwd, "bad.json"), JSON.stringify(job));
  for (const command of ["bands", "dos", "dielectric", "estimate"]) {
    const { code, stdout, stderr } = await run(`${command} bad.json`);
    expect([code, stdout], command).toEqual([2, ""]);
    expect(stderr, command).toMatch(
      /^stillwave: pseudopotentials: unknown family gth-ldaa \(did you mean gth-lda\?\).*\n$/,
    );
  }
});

test("progress is one line on a terminal, a plain line twice a minute elsewhere, and none when quiet", () => {
  const written: string[] = [];
  const output = (isTerminal: boolean) => ({
    write: (text: string) => written.push(text),
    isTerminal,
    columns: 20,
  });
  let clock = 0;
  const plain = progressLine(output(false), { now: () => clock });
  for (; clock < 95_000; clock += 1000) plain.show(`at ${clock / 1000}`);
  plain.clear();
  expect(written).toEqual(["at 30\n", "at 60\n", "at 90\n"]);
  written.length = 0;
  const live = progressLine(output(true), { now: () => clock });
  live.show("a line longer than the terminal");
  live.show("b");
  live.clear();
  live.clear();
  expect(written.map((text) => text.replace("\u001b[2m", "").replace("\u001b[22m", ""))).toEqual([
    "\r\u001b[2Ka line longer than ",
    "\r\u001b[2Kb",
    "\r\u001b[2K",
  ]);
  written.length = 0;
  const { line, note, warn } = reporter(output(true), "quiet");
  line.show("c");
  note("d");
  warn(["e", "e"]);
  expect(written.join("")).toMatch(/^[^cd]*e\n$/);
});
