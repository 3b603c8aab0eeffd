import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import { progressText, tableRow } from "../../src/cli/terminal/live-table.ts";
import { styled, wipe } from "../../src/cli/terminal/style.ts";
import { BUILT } from "../built.ts";
import { fakeHost, historyRow } from "./fake-host.ts";
import { ONE_SILICON } from "./one-silicon.ts";

test("examples lists every shipped job with its title and prints one as it is", async () => {
  const host = fakeHost();
  expect(await runProgram(["examples"], host)).toBe(0);
  const lines = host.written.stdout.trimEnd().split("\n");
  expect(lines.length).toBeGreaterThan(5);
  for (const line of lines) expect(line).toMatch(/^[a-z\d-]+ {2,}\S/);
  const one = fakeHost();
  expect(await runProgram(["examples", "silicon"], one)).toBe(0);
  expect(one.written.stdout).toBe(readFileSync("examples/silicon.json", "utf8"));
});

test("info tells what there is and why something is not", async () => {
  const host = fakeHost();
  expect(await runProgram(["info"], host)).toBe(0);
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect(host.written.stdout).toContain(version);
  expect(host.written.stdout).toMatch(/back end wasm +available, SIMD\n/);
  expect(host.written.stdout).toMatch(/ASE calculator +\/.*\/python\/stillwave\.py\n/);
  expect(existsSync(/ASE calculator +(.*)/.exec(host.written.stdout)![1]!)).toBe(true);
  expect(host.written.stdout).toMatch(/back end native +not available: no libopenblas on this machine\n/);
  expect(host.written.stdout).toMatch(/default back end +wasm\n/);
  const counts = [...host.written.stdout.matchAll(/family gth-\w+ +(\d+) elements/g)].map((match) =>
    Number(match[1]),
  );
  expect(counts.length).toBe(2);
  for (const count of counts) expect(count).toBeGreaterThan(60);
  expect(host.written.stdout).toMatch(/gth-lda.*Li 3 \(1\).*Cu 11 \(1, 19\).*gth-pbe.*Cu 11 \(19\).*U 14\n/s);
});

test("help goes to stdout with 0, and to stderr with 2 when no command is given", async () => {
  const asked = fakeHost();
  expect(await runProgram(["--help"], asked)).toBe(0);
  for (const command of ["scf", "examples", "info"]) expect(asked.written.stdout).toContain(command);
  const empty = fakeHost();
  expect(await runProgram([], empty)).toBe(2);
  expect(empty.written.stdout).toBe("");
  expect(empty.written.stderr).toContain("Usage: stillwave");
});

test("a row shows powers of ten, and a zero for what it is", () => {
  const [first, second] = [
    historyRow(1),
    { ...historyRow(2), energy: historyRow(1).energy, densityResidual: 0 },
  ];
  expect(tableRow(first, undefined).trim().split(/ {2,}/)).toEqual([
    "1",
    "-8.0000000000",
    "-1.00",
    "0.80",
    "40",
    "0.25",
  ]);
  expect(tableRow(second, first)).toMatch(/exactly 0 +exactly 0/);
  expect(tableRow(second, first).length).toBe(tableRow(first, undefined).length);
});

test("progress names the step, the phase and the k-point", () => {
  expect(progressText({ step: 4, phase: "diagonalise", done: 2, total: 3 })).toBe(
    "step 4: diagonalising, k-point 2/3",
  );
});

test("text is coloured on terminals only, and never with NO_COLOR", () => {
  const output = { write: () => {}, isTerminal: true, columns: 80 };
  expect(styled(output, undefined)("red", "x")).toBe("\u001b[31mx\u001b[39m");
  expect(styled(output, "")("red", "x")).toBe("\u001b[31mx\u001b[39m");
  expect(wipe(output, "")).toBe("\r\u001b[2K");
  expect(wipe({ ...output, columns: 5 }, "1")).toBe("\r    \r");
  expect(styled(output, "1")("red", "x")).toBe("x");
  expect(styled({ ...output, isTerminal: false }, undefined)("red", "x")).toBe("x");
});

const main = (words: readonly string[], input = "") =>
  spawnSync(process.execPath, [BUILT.main, ...words], { input, encoding: "utf8" });

test("the program itself reads a job from standard input, solves it, and returns 3 when the steps run out", () => {
  const job = {
    ...ONE_SILICON,
    ecut: 2,
    symmetry: false,
    scf: { maxIterations: 2 },
  };
  const { status, stdout, stderr } = main(
    ["scf", "-", "--json", "--backend", "reference", "--threads", "1"],
    JSON.stringify(job),
  );
  expect(stderr).toMatch(/not converged: /);
  expect(status).toBe(3);
  const result = JSON.parse(stdout) as {
    converged: boolean;
    history: unknown[];
    energies: { total: number };
  };
  expect(result.converged).toBe(false);
  expect(result.history.length).toBe(2);
  expect(result.energies.total).toBeLessThan(-1);
});

test("the program itself returns 2 for wrong input and 0 for help", () => {
  const wrong = main(["scf", "-"], '{ "ecut": -1 }');
  expect([wrong.status, wrong.stdout]).toEqual([2, ""]);
  expect(wrong.stderr).toMatch(/^stillwave: structure: must be /);
  expect(main(["--help"]).status).toBe(0);
});
